# Tells whether what follows a disturbance is like what was before it. Reads, for each round,
#
#   before P99…     of the seconds before the disturbance
#   after P99…      of the seconds after it
#
# and compares those of each from `from` (5) on. Prints a line of KEY=VALUE:
#
#   share           of all pairs of such a second and one before, of whichever rounds, the part in
#                   which the one after is worse; equal ones count half. 0.5 is no difference.
#   most            what the share passes once in a hundred times though there is no difference, if
#                   one second says nothing about the next: the normal approximation of the rank sum
#                   of Mann and Whitney.
#   outside         rounds in which more than half of these seconds are worse than every one before
#   first           of each round, the first second after it that is no worse than one before was
BEGIN { if (from == "") from = 5 }
$1 == "before" { for (i = 2 + from; i <= NF; i++) before[++befores] = $i + 0 }
$1 == "after" {
    rounds++
    for (i = 2; i <= NF; i++) after[rounds, i - 2] = $i + 0
    length_of[rounds] = NF - 1
}

END {
    if (!befores || !rounds) {
        print "returned.awk: nothing to compare" >"/dev/stderr"
        exit 1
    }
    for (i = 1; i <= befores; i++) if (before[i] > worst) worst = before[i]
    for (r = 1; r <= rounds; r++) {
        above = seconds = 0
        normal = "never"
        for (s = length_of[r] - 1; s >= 0; s--) if (after[r, s] <= worst) normal = s
        for (s = from; s < length_of[r]; s++) {
            seconds++
            judged++
            if (after[r, s] > worst) above++
            for (i = 1; i <= befores; i++)
                worse += after[r, s] > before[i] ? 1 : after[r, s] == before[i] ? 0.5 : 0
        }
        if (above * 2 > seconds) outside++
        first = first (r > 1 ? "," : "") normal
    }
    if (!judged) {
        print "returned.awk: no second after " from >"/dev/stderr"
        exit 1
    }
    pairs = befores * judged
    most = 0.5 + 2.326 * sqrt((befores + judged + 1) / (12 * pairs))
    printf "share=%.3f most=%.3f outside=%d first=%s\n", worse / pairs, most, outside, first
}
