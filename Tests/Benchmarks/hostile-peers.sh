#!/usr/bin/env bash
# Measures what one client sees while others misbehave, and what memory the server needs for them.
#
#   Tests/Benchmarks/hostile-peers.sh [ROUNDS]      3 by default, about 16 minutes
#
# 10,000 idle connections; 4,000 peers that send a byte a second; 4,000 that fell silent inside a
# frame; 4,000 that closed their sending side inside one; 100 that ask for much and read a byte a
# second; 200 that open a stream which does not end and read nothing of it. The peers share the
# client's core, and run only when the client does not (SCHED_IDLE): what is measured is how long
# the server takes, not who has the core.
#
# Each round measures the client alone before each kind, and beside it. The p99 of each quarter of a
# second (some 500 calls) is compared with those alone, of all rounds: the ratio is the median of
# those of all pairs (the estimate of Hodges and Lehmann). What happens in fewer than half of the
# quarters does not move it, so those over twice the median alone are counted too: there may be no
# more of them beside peers than alone, but for what chance does once in a hundred times (Fisher's
# exact test: they are few). Both are judged of the quarters when the peers are there, and of those
# "at first", in which they connect and send what they begin with; the 4,000 come in four seconds, a
# thousand at once, while those who are there go on. At first is not judged for those that ask for
# something: that is a load like any other. In brackets, the ratios of the single rounds: shown, and
# not judged. How they leave is not measured.
#
# Only quarters in which both cores were steady are compared: a machine on busy hardware has spells
# of some hundredths of a second in which everything takes ten times as long, the client alone as
# well. "pace" measures a piece of work each millisecond; a quarter is left out, with peers and
# without, if more than one of its pieces took more than four times the processor time of three
# quarters of the run's pieces. "steady" says how many were not left out.
#
# Memory: "for them" is how much more the server has than just before, and has a bound for each
# kind. What the allocator keeps after those that make the server hold replies grows by steps for
# some rounds, and then no more. So all but the idle come twelve times again at the end, without the
# client: what was lost with each peer would be there each time, so the last eight times may add
# 2 MiB at most by their median (12,300 peers: 170 bytes each). The server may never have had more
# than 330 MiB. "TCP MiB" is what the kernel keeps for all connections of this machine, those of the
# peers as well: shown, and not judged.
#
# That the peers were what they are said to be is judged too: each that sends too slowly, or half
# closes, is closed by the server before the end, no idle one is, and each that asks is given the
# beginning of an answer. Ends with 1 if anything does not hold.
#
# KINDS chooses among "idle drip mute half slow stream", RATE is the client's calls a second.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

rounds=${1:-3}
rate=${RATE:-2000}
kinds=${KINDS:-idle drip mute half slow stream}
build openload
build hostile
build pace
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
failed=0
# What it has at the start, and as much as all connections may have buffered (256 MiB).
most_mib=330
most_step_mib=2
window_ms=250
# With fewer windows, nothing is said.
least_steady=12
started=

count_of() {
    case $1 in
    idle) echo 10000 ;;
    drip | mute | half) echo 4000 ;;
    slow) echo 100 ;;
    stream) echo 200 ;;
    *)
        echo "no kind of peer: $1" >&2
        return 1
        ;;
    esac
}
for kind in $kinds; do count_of "$kind" >/dev/null || exit 2; done

# How many come at once; a thousand take a tenth of a second, and single seconds tell little.
burst_of() {
    case $1 in
    drip | mute | half) echo 1000 ;;
    *) count_of "$1" ;;
    esac
}

# How long the client's first phase is: it is there for a second, and then the peers come. 10,000
# take seven seconds: each time the queue of the listener is full, the next one waits a second.
first_seconds() {
    case $1 in
    idle) echo 13 ;;
    drip | mute | half) echo 7 ;;
    *) echo 5 ;;
    esac
}

# How long the second one is. What a frame has taken too long for is given up after ten seconds, of
# those that came last in the fourteenth, and looked for each second; it is read once before.
held_seconds() {
    case $1 in
    drip | mute) echo 12 ;;
    *) echo 5 ;;
    esac
}

# What the kernel keeps of TCP, in MiB.
kernel_memory() {
    awk -v page="$(getconf PAGESIZE)" '/^TCP:/ { printf "%d", $NF * page / 1048576 }' \
        /proc/net/sockstat
}

# start COMMAND…: in the background, as $started; ends with this script.
start() {
    "$@" &
    started=$!
}

# measure KIND: starts the client.
measure() {
    start taskset -c "$load_core" "$work/openload" -p "$port" -P "$server_pid" -s \
        -w "$window_ms" -c 8 -b 20 -T 1000 "open:$rate:$(first_seconds "$1")" \
        "open:$rate:$(held_seconds "$1")" >"$work/phases"
}

# windows LINE FROM TO: of a phase's line, the p99 and the begin (in ns) of each window from the
# end of the second FROM to that of TO.
windows() {
    value p99_by_window_ms "$1" | tr , '\n' |
        awk -v begin="$(value begin_ns "$1")" -v from="$2" -v to="$3" -v ms="$window_ms" \
            '{ end = NR * ms / 1000 } end > from && end <= to {
                printf "%s %.0f\n", $1, begin + (NR - 1) * ms * 1e6
            }'
}

# note KIND SECONDS KERNEL_MIB: of what was measured, the windows of so many seconds after the first
# go to $work/all/KIND.first.ROUND, the others to $work/all/KIND.held.ROUND; and to $work/KIND a
# line of its p50, the server's KiB and the kernel's MiB.
note() {
    local kind=$1 seconds=$2 line
    while read -r line; do
        if [ "$(value unanswered "$line")" != 0 ] || [ "$(value failed "$line")" != 0 ]; then
            echo "a call failed or was not answered: $line" >&2
            exit 1
        fi
    done <"$work/phases"
    line=$(sed -n 1p "$work/phases")
    windows "$line" 1 "$((seconds + 1))" >>"$work/all/$kind.first.$round"
    windows "$line" "$((seconds + 1))" "$(first_seconds "$kind")" >>"$work/all/$kind.held.$round"
    line=$(sed -n 2p "$work/phases")
    windows "$line" 0 "$(held_seconds "$kind")" >>"$work/all/$kind.held.$round"
    echo "$(value ok_p50_ms "$line") $(value server_rss_kib "$line") $3" >>"$work/$kind"
}

alone() {
    # Those of the run before are gone, and the server has noticed.
    sleep 1
    measure "$1"
    wait "$started"
    note "$1" $(($(first_seconds "$1") - 1)) "$(kernel_memory)"
    before_kib=$(tail -n 1 "$work/$1" | cut -d ' ' -f 2)
    echo 0 >>"$work/$1.closed"
}

# number KEY FILE: that of a line "KEY … NUMBER" or "KEY … NUMBER ms".
number() {
    local found
    found=$(sed -nE "s/^$1 (.* )?([0-9]+)( ms)?\$/\\2/p" "$2")
    [[ $found =~ ^[0-9]+$ ]] || {
        echo "the peers did not tell \"$1\": $(cat "$2")" >&2
        exit 2
    }
    echo "$found"
}

# beside KIND: measures with peers of a kind, which come a second after the client.
beside() {
    local kind=$1 peers load took first kernel count
    first=$(first_seconds "$kind")
    count=$(count_of "$kind")
    sleep 1
    measure "$kind"
    load=$started
    sleep 1
    start chrt --idle 0 taskset -c "$load_core" "$work/hostile" -p "$port" \
        -s $((first + $(held_seconds "$kind"))) -b "$(burst_of "$kind")" "$kind" "$count" \
        >"$work/hostile.out"
    peers=$started
    wait "$load"
    kernel=$(kernel_memory)
    wait "$peers"
    took=$(number ready "$work/hostile.out")
    if [ "$took" -ge $(((first - 1) * 1000)) ]; then
        echo "peers ($kind) took $took ms to connect, more than the time for it" >&2
        exit 2
    fi
    note "$kind" $((1 + took / 1000)) "$kernel"
    number closed "$work/hostile.out" >>"$work/$kind.closed"
    number served "$work/hostile.out" >>"$work/$kind.served"
    echo $(($(tail -n 1 "$work/$kind" | cut -d ' ' -f 2) - before_kib)) >>"$work/$kind.added"
}

source "$(dirname "${BASH_SOURCE[0]}")/hostile-judge.sh"

# again TIMES: those that leave something with the server come again; its MiB after each time.
again() {
    local time kind
    for ((time = 1; time <= $1; time++)); do
        for kind in $kinds; do
            [ "$kind" != idle ] || continue
            taskset -c "$load_core" "$work/hostile" -p "$port" -s 3 "$kind" \
                "$(count_of "$kind")" >/dev/null
            sleep 1
        done
        awk '/^VmRSS:/ { print int($2 / 1024) }' "/proc/$server_pid/status"
    done
}

start_server --max-connections-per-peer 20000
mkdir "$work/all"
trap 'kill $(jobs -p) 2>/dev/null || true; stop_server; rm -rf "$work"' EXIT
pacers=()
for core in "$server_core" "$load_core"; do
    start "$work/pace" "$core" >"$work/pace.$core"
    pacers+=("$started")
done
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    for kind in $kinds; do
        alone none
        beside "$kind"
    done
    alone afterwards
    echo 0 >>"$work/afterwards.added"
done
kill -0 "${pacers[@]}" || {
    echo "pace ended before its time: nothing is known of the machine" >&2
    exit 2
}
find_slow
for name in "$work/all/"*; do leave_out "${name##*/}"; done
row "peers beside the client" "p50 ms" "p99 ms" "ratio (by round)" steady "over 2x" \
    "at first (by round)" steady "over 2x" "for them" "RSS MiB" "TCP MiB" closed
echo 0 >"$work/none.added"
report none 0 none
for kind in $kinds; do
    case $kind in
    idle) report idle 150 "10,000 idle" ;;
    drip) report drip 100 "4,000 that send a byte a second" ;;
    mute) report mute 100 "4,000 silent inside a frame" ;;
    half) report half 100 "4,000 half-closed inside a frame" ;;
    slow) report slow 100 "100 that read a byte a second" ;;
    stream) report stream 100 "200 streams that nobody reads" ;;
    esac
done
report afterwards 0 "none, afterwards"
again 12 >"$work/again"
step=$(tail -n 9 "$work/again" | awk 'NR > 1 { print $1 - before } { before = $1 }' | middle)
echo "memory after they came again and again, in MiB:" \
    "$(tr '\n' ' ' <"$work/again")"
check "each time adds $step MiB of memory, more than $most_step_mib" "$step <= $most_step_mib"
most=$(awk '/^VmHWM:/ { print int($2 / 1024) }' "/proc/$server_pid/status")
echo "the most memory that the server had at any time: $most MiB"
check "more than $most_mib MiB" "$most <= $most_mib"
exit "$failed"
