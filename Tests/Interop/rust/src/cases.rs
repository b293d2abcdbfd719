//! The table that run.sh makes of cases.txt.

use std::collections::HashMap;
use std::time::Duration;

/// One line of it.
pub struct Case {
    pub name: String,
    pub server: String,
    pub via: String,
    pub service: String,
    pub method: String,
    pub request: Vec<u8>,
    pub metadata: HashMap<String, Vec<String>>,
    pub timeout: Duration,
    pub calls: u32,
    pub callers: u32,
    pub code: i32,
    /// The reply, or the status; `None` for any.
    pub expected: Option<Vec<u8>>,
}

/// How a call ended: a reply's bytes, or those of a status.
pub struct Outcome {
    pub code: i32,
    pub bytes: Vec<u8>,
}

pub fn read(path: &str) -> Vec<Case> {
    std::fs::read_to_string(path).expect("the table").lines().map(parse).collect()
}

fn parse(line: &str) -> Case {
    let fields: Vec<&str> = line.split('\t').collect();
    assert_eq!(fields.len(), 12, "fields of {:?}", fields[0]);
    let mut metadata: HashMap<String, Vec<String>> = HashMap::new();
    for pair in fields[6].split_whitespace().filter(|pair| *pair != "-") {
        let (key, value) = pair.split_once('=').expect("KEY=VALUE");
        metadata.entry(key.to_string()).or_default().push(value.to_string());
    }
    let number = |index: usize| fields[index].parse::<u32>().expect("a number");
    Case {
        name: fields[0].to_string(),
        server: fields[1].to_string(),
        via: fields[2].to_string(),
        service: fields[3].to_string(),
        method: fields[4].to_string(),
        request: data(fields[5]).unwrap_or_default(),
        metadata,
        timeout: Duration::from_millis(number(7).into()),
        calls: number(8),
        callers: number(9),
        code: number(10) as i32,
        expected: data(fields[11]),
    }
}

/// "=" and hexadecimal digits, or "-" for nothing.
fn data(field: &str) -> Option<Vec<u8>> {
    let digits = field.strip_prefix('=')?;
    let byte = |start| u8::from_str_radix(&digits[start..start + 2], 16).expect("hexadecimal");
    Some((0..digits.len()).step_by(2).map(byte).collect())
}

/// An EchoMessage of eight digits.
pub fn numbered(number: u32) -> Vec<u8> {
    format!("\x0a\x08{:08}", number).into_bytes()
}

/// Whether a call got its own number back.
pub fn same(number: u32, message: &[u8], outcome: Outcome) -> Result<(), String> {
    if outcome.code == 0 && outcome.bytes == message {
        return Ok(());
    }
    Err(format!("call {}: code {}, {:x?}", number, outcome.code, outcome.bytes))
}

impl Case {
    pub fn check(&self, outcome: Outcome) -> Result<(), String> {
        if outcome.code != self.code {
            let text = String::from_utf8_lossy(&outcome.bytes).into_owned();
            return Err(format!("{}, not {}: {:?}", outcome.code, self.code, text));
        }
        match &self.expected {
            Some(expected) if *expected != outcome.bytes => {
                Err(format!("got {:x?}, not {:x?}", outcome.bytes, expected))
            }
            _ => Ok(()),
        }
    }
}
