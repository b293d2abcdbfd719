# Makes a table of lines "ROW<tab>COLUMN<tab>NUMBER": medians; the first column is Remit's, the
# others also show how many times theirs it is. Fails at a line whose number is none.
$3 !~ /^[0-9]+(\.[0-9]+)?$/ || $3 <= 0 {
    print "table.awk: no number: " $0 >"/dev/stderr"
    failed = 1
    exit 1
}
!($1 in row) { row[$1] = ++rows; row_name[rows] = $1 }
!($2 in column) { column[$2] = ++columns; column_name[columns] = $2 }
{
    r = row[$1]; c = column[$2]
    n = ++count[r, c]
    # Kept in order.
    for (i = n; i > 1 && value[r, c, i - 1] > $3; i--) value[r, c, i] = value[r, c, i - 1]
    value[r, c, i] = $3 + 0
}

function median(r, c,   n) {
    n = count[r, c]
    return n % 2 ? value[r, c, (n + 1) / 2] : (value[r, c, n / 2] + value[r, c, n / 2 + 1]) / 2
}

END {
    if (failed) exit 1
    print title
    printf "%-28s", ""
    for (c = 1; c <= columns; c++) printf "%24s", column_name[c]
    printf "\n"
    for (r = 1; r <= rows; r++) {
        printf "%-28s", row_name[r]
        for (c = 1; c <= columns; c++) {
            text = sprintf("%.0f", median(r, c))
            if (c > 1) text = text sprintf(" (× %.2f)", median(r, 1) / median(r, c))
            printf "%24s", text
        }
        printf "\n"
    }
}
