//! The Rust side of the interop suite: runs a table of cases against a server, by ttrpc's blocking
//! client or by its asynchronous one.
//!
//!     interop-rust sync|async CASES SERVER VIA=HOST:PORT …

mod cases;

use cases::{Case, Outcome};
use protobuf::{Message, ProtobufEnum};
use std::collections::HashMap;
use std::net::TcpStream;
use std::os::unix::io::IntoRawFd;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::Arc;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(1);
const DEADLINE_EXCEEDED: i32 = 4;
const NO_ANSWER: i32 = -1;
const UNAVAILABLE: i32 = 14;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.len() < 4 {
        panic!("usage: interop-rust sync|async CASES SERVER VIA=HOST:PORT …");
    }
    let ways: HashMap<&str, &str> = arguments[3..]
        .iter()
        .map(|way| way.split_once('=').expect("VIA=HOST:PORT"))
        .collect();
    let cases: Vec<Arc<Case>> = cases::read(&arguments[1])
        .into_iter()
        .filter(|case| case.server == "all" || case.server == arguments[2])
        .map(Arc::new)
        .collect();
    match arguments[0].as_str() {
        "sync" => run_blocking(&cases, &ways),
        "async" => tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(run_async(&cases, &ways)),
        other => panic!("neither sync nor async: {}", other),
    }
}

/// A socket as programs make them: with Nagle's algorithm on.
fn dial(address: &str) -> i32 {
    TcpStream::connect(address).expect("a connection").into_raw_fd()
}

fn envelope(case: &Case, payload: Vec<u8>) -> ttrpc::Request {
    let mut request = ttrpc::Request::new();
    request.set_service(case.service.clone());
    request.set_method(case.method.clone());
    request.set_timeout_nano(case.timeout.as_nanos() as i64);
    request.set_metadata(ttrpc::context::to_pb(case.metadata.clone()));
    request.set_payload(payload);
    request
}

fn outcome(result: ttrpc::Result<ttrpc::Response>) -> Outcome {
    match result {
        Ok(response) => Outcome { code: 0, bytes: response.payload },
        Err(ttrpc::Error::RpcStatus(status)) => Outcome {
            code: status.get_code().value(),
            bytes: status.write_to_bytes().expect("a status"),
        },
        Err(error) => {
            let text = error.to_string();
            let code = if text.contains("timeout") { DEADLINE_EXCEEDED } else { UNAVAILABLE };
            Outcome { code, bytes: text.into_bytes() }
        }
    }
}

fn report(case: &Case, begin: Instant, result: Result<(), String>) {
    let took = begin.elapsed().as_micros() / case.calls as u128;
    match result {
        Ok(()) => println!("{}\tpass\t{}\t", case.name, took),
        Err(why) => println!("{}\tfail\t{}\t{}", case.name, took, why),
    }
}

// The blocking client.

fn run_blocking(cases: &[Arc<Case>], ways: &HashMap<&str, &str>) {
    let shared = ttrpc::Client::new(dial(ways["direct"]));
    for case in cases {
        let client = match case.via.as_str() {
            "direct" => shared.clone(),
            way => ttrpc::Client::new(dial(ways[way])),
        };
        let begin = Instant::now();
        let result = if case.calls == 1 {
            case.check(outcome(client.request(envelope(case, case.request.clone()))))
        } else {
            many_blocking(&client, case)
        };
        report(case, begin, result);
    }
}

fn many_blocking(client: &ttrpc::Client, case: &Arc<Case>) -> Result<(), String> {
    let next = Arc::new(AtomicU32::new(1));
    let callers: Vec<_> = (0..case.callers)
        .map(|_| {
            let (client, case, next) = (client.clone(), case.clone(), next.clone());
            std::thread::spawn(move || loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > case.calls {
                    return Ok::<(), String>(());
                }
                let message = cases::numbered(number);
                let result = client.request(envelope(&case, message.clone()));
                cases::same(number, &message, outcome(result))?;
            })
        })
        .collect();
    callers.into_iter().try_for_each(|caller| caller.join().expect("a caller"))
}

// The asynchronous client.

async fn run_async(cases: &[Arc<Case>], ways: &HashMap<&str, &str>) {
    let shared = ttrpc::r#async::Client::new(dial(ways["direct"]));
    for case in cases {
        let client = match case.via.as_str() {
            "direct" => shared.clone(),
            way => ttrpc::r#async::Client::new(dial(ways[way])),
        };
        let begin = Instant::now();
        let result = if case.calls == 1 {
            case.check(once_async(client, case, case.request.clone()).await)
        } else {
            many_async(&client, case).await
        };
        report(case, begin, result);
    }
}

/// This client keeps no deadline: whoever uses it does.
async fn once_async(mut client: ttrpc::r#async::Client, case: &Case, message: Vec<u8>) -> Outcome {
    let limit = if case.timeout.is_zero() { 20 * PATIENCE } else { case.timeout + PATIENCE };
    match tokio::time::timeout(limit, client.request(envelope(case, message))).await {
        Ok(result) => outcome(result),
        Err(_) if case.via == "half-open" => {
            Outcome { code: DEADLINE_EXCEEDED, bytes: Vec::new() }
        }
        // The server was to answer at the deadline.
        Err(_) => Outcome { code: NO_ANSWER, bytes: b"no answer".to_vec() },
    }
}

async fn many_async(client: &ttrpc::r#async::Client, case: &Arc<Case>) -> Result<(), String> {
    let next = Arc::new(AtomicU32::new(1));
    let callers: Vec<_> = (0..case.callers)
        .map(|_| {
            let (client, case, next) = (client.clone(), case.clone(), next.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > case.calls {
                        return Ok::<(), String>(());
                    }
                    let message = cases::numbered(number);
                    let answer = once_async(client.clone(), &case, message.clone()).await;
                    cases::same(number, &message, answer)?;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.expect("a caller")?;
    }
    Ok(())
}
