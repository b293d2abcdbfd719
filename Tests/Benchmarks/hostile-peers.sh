#!/usr/bin/env bash
# Measures what one client sees while others misbehave, and what memory the server needs for them.
#
#   Tests/Benchmarks/hostile-peers.sh [ROUNDS]      3 by default, about twelve minutes
#
# 10,000 idle connections; 4,000 peers that send a byte a second; 4,000 that fell silent inside a
# frame; 4,000 that closed their sending side inside one; 100 that ask for much and read a byte a
# second; 200 that open a stream which does not end and read nothing of it. The peers share the
# client's core, and run only when the client does not (SCHED_IDLE): what is measured is how long
# the server takes, not who has the core.
#
# Each round measures the client alone before each kind, and beside it. The p99 of each second is
# compared with those of the seconds alone, of all rounds: the ratio is the median of those of all
# pairs (the estimate of Hodges and Lehmann). Spells in which the whole machine is slow do not move
# it, as they come to both alike; they do move a p99 over all the calls. Nor does what happens in
# fewer than half of the seconds. So the seconds over twice the median alone are counted too: there
# may be no more of them beside peers than alone, but for what chance does once in a hundred times
# (Fisher's exact test: they are few). Both are judged of the seconds when the peers are there,
# and of those "at first", in which they connect and send what they begin with; the 4,000 come in
# four seconds, a thousand at once, while those who are there go on. At first is not judged for those
# that ask for something: that is a load like any other. In brackets, the ratios of the single
# rounds: shown, and not judged. How they leave is not measured.
#
# Memory: "for them" is how much more the server has than just before, and has a bound for each
# kind. What the allocator keeps after those that make the server hold replies grows for some rounds,
# and then no more, or is given back. So all but the idle come eight times again at the end, without
# the client: after the last four the server may have a tenth more than after the first four at most
# (the least of either: what is lost is never given back), and 330 MiB at any time. "TCP MiB" is what
# the kernel keeps for all connections of this machine: shown, and not judged. Ends with 1 if anything
# does not hold.
#
# KINDS chooses among "idle drip mute half slow stream", RATE is the client's calls a second.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/server.sh"

rounds=${1:-3}
rate=${RATE:-2000}
kinds=${KINDS:-idle drip mute half slow stream}
build openload
build hostile
ulimit -n 65536 2>/dev/null || ulimit -n "$(ulimit -H -n)"
failed=0
held_seconds=5
# What it has at the start, and as much as all connections may have buffered (256 MiB).
most_mib=330

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

# What the kernel keeps of TCP, in MiB.
kernel_memory() {
    awk -v page="$(getconf PAGESIZE)" '/^TCP:/ { printf "%d", $NF * page / 1048576 }' \
        /proc/net/sockstat
}

# measure KIND
measure() {
    taskset -c "$load_core" "$work/openload" -p "$port" -P "$server_pid" -s -c 8 -b 20 -T 1000 \
        "open:$rate:$(first_seconds "$1")" "open:$rate:$held_seconds" >"$work/phases"
}

# note KIND LAST CLOSED: of what was measured, the p99 of the seconds from the second one to LAST go
# to $work/KIND.first.ROUND, those of the second phase to $work/KIND.held.ROUND; and to $work/KIND a
# line of its p50, the server's KiB, the kernel's MiB and how many peers were closed.
note() {
    local kind=$1 last=$2 closed=$3 line
    value p99_by_second_ms "$(sed -n 1p "$work/phases")" | cut -d , -f "2-$((last + 1))" |
        tr , '\n' >>"$work/$kind.first.$round"
    line=$(sed -n 2p "$work/phases")
    value p99_by_second_ms "$line" | tr , '\n' >>"$work/$kind.held.$round"
    echo "$(value ok_p50_ms "$line") $(value server_rss_kib "$line") $(kernel_memory)" "$closed" \
        >>"$work/$kind"
}

alone() {
    # Those of the run before are gone, and the server has noticed.
    sleep 1
    measure "$1"
    note "$1" $(($(first_seconds "$1") - 1)) 0
    before_kib=$(tail -n 1 "$work/$1" | cut -d ' ' -f 2)
}

# beside KIND: measures with peers of a kind, which come a second after the client.
beside() {
    local kind=$1 peers load closed took first
    first=$(first_seconds "$kind")
    sleep 1
    measure "$kind" &
    load=$!
    sleep 1
    chrt --idle 0 taskset -c "$load_core" "$work/hostile" -p "$port" \
        -s $((first + held_seconds)) -b "$(burst_of "$kind")" "$kind" "$(count_of "$kind")" \
        >"$work/hostile.out" &
    peers=$!
    wait "$load"
    wait "$peers"
    closed=$(sed -n 's/^closed //p' "$work/hostile.out")
    took=$(sed -nE 's/^ready .* ([0-9]+) ms$/\1/p' "$work/hostile.out")
    if [ "$took" -ge $(((first - 1) * 1000)) ]; then
        echo "peers ($kind) took $took ms to connect, more than the time for it" >&2
        exit 2
    fi
    note "$kind" $((1 + took / 1000)) "$closed"
    echo $(($(tail -n 1 "$work/$kind" | cut -d ' ' -f 2) - before_kib)) >>"$work/$kind.added"
}

middle() { sort -g | awk '{ all[NR] = $1 } END { print all[int((NR + 1) / 2)] }'; }

# ratio FILE… -- FILE…: the median of all ratios of a line of the former to one of the latter.
ratio() {
    local judged=()
    while [ "$1" != -- ]; do
        judged+=("$1")
        shift
    done
    shift
    cat "${judged[@]}" >"$work/judged"
    cat "$@" >"$work/measure"
    awk 'FNR == NR { measure[++count] = $1; next }
        { for (i = 1; i <= count; i++) print $1 / measure[i] }' "$work/measure" "$work/judged" |
        middle | xargs printf '%.2f'
}

# over KIND WHEN: of its seconds, the part over twice the median alone in per cent; and the most
# that it may be.
over() {
    local limit
    cat "$work/none".*.* >"$work/measure"
    limit=$(middle <"$work/measure")
    cat "$work/$1.$2".* | awk -v limit="$limit" '
        FNR == NR { alone++; over_alone += $1 > 2 * limit; next }
        { count++; over += $1 > 2 * limit }
        # The logarithm of how many ways there are to choose some of all.
        function ways(all, some) { return log_of[all] - log_of[some] - log_of[all - some] }
        # How likely it is that of as many seconds over, so many or more are here by chance.
        function chance(here,    all, sum, i) {
            all = here + over_alone
            for (i = here; i <= all && i <= count; i++)
                sum += exp(ways(count, i) + ways(alone, all - i) - ways(count + alone, all))
            return sum
        }
        END {
            for (i = 1; i <= count + alone; i++) log_of[i] = log_of[i - 1] + log(i)
            while (most < count && chance(most + 1) >= 0.01) most++
            printf "%.0f %.0f", 100 * over / count, 100 * most / count
        }' "$work/measure" -
}

row() { printf '%-31s %6s %6s  %-23s %8s  %-23s %8s %8s %7s %7s %6s\n' "$@"; }

# ratios KIND WHEN: the ratio to the client alone, whose two phases are alike, over all rounds, and
# in brackets those of each.
ratios() {
    local kind=$1 when=$2 each=() round
    for ((round = 1; round <= rounds; round++)); do
        each+=("$(ratio "$work/$kind.$when.$round" -- "$work/none".*."$round")")
    done
    echo "$(ratio "$work/$kind.$when".* -- "$work/none".*.*) (${each[*]})"
}

# check TEXT CONDITION
check() {
    if holds "$2"; then return; fi
    echo "   FAILED: $1"
    failed=1
}

# column KIND NUMBER: its median over the rounds.
column() { cut -d ' ' -f "$2" "$work/$1" | middle; }

# judge WHEN RATIO OVER: as ratios and over give them.
judge() {
    check "$1, p99 is more than twice that of a client alone" "${2%% *} <= 2"
    check "$1, ${3% *} % of the seconds are over twice (at most ${3#* })" "${3% *} <= ${3#* }"
}

# report KIND MOST_MIB NAME: a row; MOST_MIB is what the server may take for these peers.
report() {
    local kind=$1 most=$2 name=$3 held first added over_held over_first
    held=$(ratios "$kind" held)
    first=$(ratios "$kind" first)
    over_held=$(over "$kind" held)
    over_first=$(over "$kind" first)
    added=$(($(middle <"$work/$kind.added") / 1024))
    row "$name" "$(column "$kind" 1)" "$(cat "$work/$kind.held".* | middle)" "$held" \
        "${over_held/ //} %" "$first" "${over_first/ //} %" "$added" \
        "$(($(column "$kind" 2) / 1024))" "$(column "$kind" 3)" "$(column "$kind" 4)"
    case $kind in
    slow | stream) ;;
    *) judge "at first" "$first" "$over_first" ;;
    esac
    judge "when they are there" "$held" "$over_held"
    check "more than $most MiB of memory for them" "$added <= $most"
}

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
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    for kind in $kinds; do
        alone none
        beside "$kind"
    done
    alone afterwards
    echo 0 >>"$work/afterwards.added"
done
row "peers beside the client" "p50 ms" "p99 ms" "ratio (by round)" "over 2x" \
    "at first (by round)" "over 2x" "for them" "RSS MiB" "TCP MiB" closed
echo 0 >"$work/none.added"
report none 0 none
for kind in $kinds; do
    case $kind in
    idle) report idle 400 "10,000 idle" ;;
    drip) report drip 100 "4,000 that send a byte a second" ;;
    mute) report mute 100 "4,000 silent inside a frame" ;;
    half) report half 100 "4,000 half-closed inside a frame" ;;
    slow) report slow 100 "100 that read a byte a second" ;;
    stream) report stream 100 "200 streams that nobody reads" ;;
    esac
done
report afterwards 0 "none, afterwards"
again 8 >"$work/again"
first_half=$(sed -n 1,4p "$work/again" | sort -n | head -n 1)
second_half=$(sed -n 5,8p "$work/again" | sort -n | head -n 1)
echo "memory after they came again and again, in MiB:" \
    "$(tr '\n' ' ' <"$work/again")"
check "more than a tenth more in the second half" "$second_half <= 1.1 * $first_half"
check "more than $most_mib MiB in all" "$(sort -n "$work/again" | tail -n 1) <= $most_mib"
exit "$failed"
