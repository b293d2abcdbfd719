#!/usr/bin/env bash
# Measures what one client sees while others misbehave, and what memory the server needs for them.
#
#   Tests/Benchmarks/hostile-peers.sh [ROUNDS]      3 by default, about 14 minutes
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
# 2 MiB at most by their median (12,400 peers: 170 bytes each); and the server may have 330 MiB at
# any time. "TCP MiB" is what the kernel keeps for all connections of this machine: shown, and not
# judged. Ends with 1 if anything does not hold.
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
held_seconds=5
# What it has at the start, and as much as all connections may have buffered (256 MiB).
most_mib=330
most_step_mib=2
window_ms=250
# With fewer windows, nothing is said.
least_steady=12

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
    taskset -c "$load_core" "$work/openload" -p "$port" -P "$server_pid" -s -w "$window_ms" -c 8 -b 20 -T 1000 \
        "open:$rate:$(first_seconds "$1")" "open:$rate:$held_seconds" >"$work/phases"
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

# note KIND SECONDS CLOSED: of what was measured, the windows of so many seconds after the first go
# to $work/all/KIND.first.ROUND, those of the second phase to $work/all/KIND.held.ROUND; and to
# $work/KIND a line of its p50, the server's KiB, the kernel's MiB and how many peers were closed.
note() {
    local kind=$1 seconds=$2 closed=$3 line
    windows "$(sed -n 1p "$work/phases")" 1 "$((seconds + 1))" >>"$work/all/$kind.first.$round"
    line=$(sed -n 2p "$work/phases")
    windows "$line" 0 "$held_seconds" >>"$work/all/$kind.held.$round"
    echo "$(value ok_p50_ms "$line") $(value server_rss_kib "$line") $(kernel_memory)" "$closed" \
        >>"$work/$kind"
}

# The times of pieces of work that took too long, of both cores.
find_slow() {
    local core usual
    for core in "$server_core" "$load_core"; do
        usual=$(cut -d ' ' -f 2 "$work/pace.$core" | sort -n |
            awk '{ all[NR] = $1 } END { print all[int(NR * 3 / 4)] }')
        awk -v limit="$((4 * usual))" '$2 > limit { print $1 }' "$work/pace.$core" \
            >"$work/slow.$core"
    done
}

# leave_out NAME: the steady windows of $work/all/NAME go to $work/NAME, without their begin.
leave_out() {
    awk -v most=1 -v ns="$((window_ms * 1000000))" '
        core == 0 { value[FNR] = $1; begin[FNR] = $2; count = FNR; next }
        { for (i = 1; i <= count; i++) if ($1 >= begin[i] && $1 < begin[i] + ns) slow[core, i]++ }
        END {
            for (i = 1; i <= count; i++)
                if (slow[1, i] <= most && slow[2, i] <= most) print value[i]
        }' core=0 "$work/all/$1" core=1 "$work/slow.$server_core" core=2 "$work/slow.$load_core" \
        >"$work/$1"
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

# ratio FILE… -- FILE…: the median of all ratios of a line of the former to one of the latter; "-"
# when there are none.
ratio() {
    local judged=()
    while [ "$1" != -- ]; do
        judged+=("$1")
        shift
    done
    shift
    cat "${judged[@]}" >"$work/judged"
    cat "$@" >"$work/measure"
    [ -s "$work/judged" ] && [ -s "$work/measure" ] || {
        echo -
        return
    }
    awk 'FNR == NR { measure[++count] = $1; next }
        { for (i = 1; i <= count; i++) print $1 / measure[i] }' "$work/measure" "$work/judged" |
        middle | xargs printf '%.2f'
}

# over KIND WHEN: of its windows, the part over twice the median alone in per cent; and the most
# that it may be.
over() {
    local limit
    cat "$work/none".*.* >"$work/measure"
    limit=$(middle <"$work/measure")
    cat "$work/$1.$2".* | awk -v limit="$limit" '
        FILENAME != "-" { alone++; over_alone += $1 > 2 * limit; next }
        { count++; over += $1 > 2 * limit }
        # The logarithm of how many ways there are to choose some of all.
        function ways(all, some) { return log_of[all] - log_of[some] - log_of[all - some] }
        # How likely it is that of as many windows over, so many or more are here by chance.
        function chance(here,    all, sum, i) {
            all = here + over_alone
            for (i = here; i <= all && i <= count; i++)
                sum += exp(ways(count, i) + ways(alone, all - i) - ways(count + alone, all))
            return sum
        }
        END {
            for (i = 1; i <= count + alone; i++) log_of[i] = log_of[i - 1] + log(i)
            while (most < count && chance(most + 1) >= 0.01) most++
            if (count) printf "%.0f %.0f", 100 * over / count, 100 * most / count
            else printf "- -"
        }' "$work/measure" -
}

row() { printf '%-31s %6s %6s  %-23s %6s %8s  %-23s %6s %8s %8s %7s %7s %6s\n' "$@"; }

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

# steady KIND WHEN: how many of its windows were steady, of all.
steady() {
    echo "$(cat "$work/$1.$2".* | wc -l)/$(cat "$work/all/$1.$2".* | wc -l)"
}

# judge WHEN STEADY RATIO OVER: as the functions of these names give them.
judge() {
    if [ "${2%/*}" -lt "$least_steady" ]; then
        check "$1, $2 windows were steady: too few to say anything" "0 == 1"
        return
    fi
    check "$1, p99 is more than twice that of a client alone" "${3%% *} <= 2"
    check "$1, ${4% *} % of the windows are over twice (at most ${4#* })" "${4% *} <= ${4#* }"
}

# report KIND MOST_MIB NAME: a row; MOST_MIB is what the server may take for these peers.
report() {
    local kind=$1 most=$2 name=$3 held first added over_held over_first steady_held steady_first
    held=$(ratios "$kind" held)
    first=$(ratios "$kind" first)
    over_held=$(over "$kind" held)
    over_first=$(over "$kind" first)
    steady_held=$(steady "$kind" held)
    steady_first=$(steady "$kind" first)
    added=$(($(middle <"$work/$kind.added") / 1024))
    row "$name" "$(column "$kind" 1)" "$(cat "$work/$kind.held".* | middle)" "$held" \
        "$steady_held" "${over_held/ //} %" "$first" "$steady_first" "${over_first/ //} %" "$added" \
        "$(($(column "$kind" 2) / 1024))" "$(column "$kind" 3)" "$(column "$kind" 4)"
    case $kind in
    slow | stream) ;;
    *) judge "at first" "$steady_first" "$first" "$over_first" ;;
    esac
    judge "when they are there" "$steady_held" "$held" "$over_held"
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
mkdir "$work/all"
pacers=()
for core in "$server_core" "$load_core"; do
    "$work/pace" "$core" >"$work/pace.$core" &
    pacers+=($!)
done
trap 'kill "${pacers[@]}" 2>/dev/null || true; stop_server; rm -rf "$work"' EXIT
for ((round = 1; round <= rounds; round++)); do
    echo "round $round of $rounds" >&2
    for kind in $kinds; do
        alone none
        beside "$kind"
    done
    alone afterwards
    echo 0 >>"$work/afterwards.added"
done
find_slow
for name in "$work/all/"*; do leave_out "${name##*/}"; done
row "peers beside the client" "p50 ms" "p99 ms" "ratio (by round)" steady "over 2x" \
    "at first (by round)" steady "over 2x" "for them" "RSS MiB" "TCP MiB" closed
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
again 12 >"$work/again"
step=$(tail -n 9 "$work/again" | awk 'NR > 1 { print $1 - before } { before = $1 }' | middle)
echo "memory after they came again and again, in MiB:" \
    "$(tr '\n' ' ' <"$work/again")"
check "each time adds $step MiB of memory, more than $most_step_mib" "$step <= $most_step_mib"
check "more than $most_mib MiB in all" "$(sort -n "$work/again" | tail -n 1) <= $most_mib"
exit "$failed"
