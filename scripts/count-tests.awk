# Adds up the results of test programs from what they printed, as "passed failed skipped".
#
# Input is either one program's output (-v status=EXIT) or Meson's testlog.txt, where a "result:" line opens the part
# of each program. Understood are the summaries of cmocka, of node's test runner, and the plain line "N passed, N
# failed[, N skipped]" (the last one of a part counts). A program that prints none of them is one test. A program that
# failed without naming a failed test (a crash, a leak, a time-out) is one failure more. 77 is Meson's exit for "skipped".

function close_part() {
    if (!open) return
    p = cm_passed + node_passed + plain_passed
    f = cm_failed + node_failed + plain_failed
    s = cm_skipped + node_skipped + plain_skipped
    if (status == 77) {
        if (!s) s = 1
    } else if (status != 0) {
        if (!f) f = 1
    } else if (p + f + s == 0) {
        p = 1
    }
    passed += p; failed += f; skipped += s
    cm_passed = cm_failed = cm_skipped = 0
    node_passed = node_failed = node_skipped = 0
    plain_passed = plain_failed = plain_skipped = 0
}

BEGIN { open = !meson }

meson && /^result: / {
    close_part()
    open = 1
    status = /exit status/ ? $NF : 1
    next
}

/^\[  PASSED  \] [0-9]+ test\(s\)/ { cm_passed += $4 }
/^\[  SKIPPED \] [0-9]+ test\(s\)/ { cm_skipped += $4 }
/^ *[0-9]+ FAILED TEST\(S\)/ { cm_failed += $1 }

/^(#|ℹ) pass [0-9]+$/ { node_passed += $3 }
/^(#|ℹ) fail [0-9]+$/ { node_failed += $3 }
/^(#|ℹ) cancelled [0-9]+$/ { node_failed += $3 }
/^(#|ℹ) (skipped|todo) [0-9]+$/ { node_skipped += $3 }

/^([A-Za-z_-]+: )?[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ {
    line = $0
    sub(/^[A-Za-z_-]+: /, "", line)
    n = split(line, w, /[ ,]+/)
    plain_passed = w[1]; plain_failed = w[3]; plain_skipped = n > 4 ? w[5] : 0
}

END {
    close_part()
    print passed + 0, failed + 0, skipped + 0
}
