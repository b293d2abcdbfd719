# Sourced by hostile-peers.sh: what it says of what it has measured, in the files of $work.

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

# over KIND WHEN: how many of its windows are over twice the median alone, and how many of them may
# be.
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
            print over + 0, most + 0
        }' "$work/measure" -
}

row() {
    printf '%-32s %6s %6s  %-23s %7s %7s  %-23s %7s %7s %8s %7s %7s %6s\n' "$@"
}

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

# steady KIND WHEN: how many of its windows were steady, of all. WHEN may be a pattern.
steady() {
    # shellcheck disable=SC2086
    echo "$(cat "$work/$1".$2.* | wc -l)/$(cat "$work/all/$1".$2.* | wc -l)"
}

# judge WHEN STEADY RATIO OVER: as the functions of these names give them.
judge() {
    local alone
    alone=$(steady none "*")
    if [ "${2%/*}" -lt "$least_steady" ] || holds "$2 < $alone / 2"; then
        check "$1, $2 windows were steady: too few to say anything" "0 == 1"
        return
    fi
    check "$1, p99 is more than twice that of a client alone" "${3%% *} <= 2"
    check "$1, ${4% *} windows are over twice (at most ${4#* })" "${4% *} <= ${4#* }"
}

# were_hostile KIND: whether the peers were what they are said to be, in each round.
were_hostile() {
    local least_closed most_closed served count
    count=$(count_of "$1")
    least_closed=$(sort -n "$work/$1.closed" | head -n 1)
    most_closed=$(sort -n "$work/$1.closed" | tail -n 1)
    served=$(sort -n "$work/$1.served" | head -n 1)
    case $1 in
    idle) check "$most_closed were closed" "$most_closed == 0" ;;
    drip | mute | half) check "only $least_closed were given up" "$least_closed == $count" ;;
    slow | stream) check "only $served were given anything" "$served == $count" ;;
    esac
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
    row "$name" "$(column "$kind" 1)" "$(cat "$work/$kind.held".* | middle)" \
        "$held" "$steady_held" "${over_held/ //}" "$first" "$steady_first" "${over_first/ //}" \
        "$added" "$(($(column "$kind" 2) / 1024))" "$(column "$kind" 3)" \
        "$(middle <"$work/$kind.closed")"
    case $kind in
    slow | stream) ;;
    *) judge "at first" "$steady_first" "$first" "$over_first" ;;
    esac
    judge "when they are there" "$steady_held" "$held" "$over_held"
    check "more than $most MiB of memory for them" "$added <= $most"
    case $kind in
    none | afterwards) ;;
    *) were_hostile "$kind" ;;
    esac
}
