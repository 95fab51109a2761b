# Names what failed, one per line, of what test programs printed: whoever has only the end of a long log needs no more.
#
# Input is either one step's output (-v step=NAME, -v status=EXIT) or Meson's testlog.txt (-v meson=1), where "test:" and
# "result:" open the part of each program. Understood are cmocka's and TAP's lines for a failed test; a part that failed
# without such a line is named by itself, with how it ended.

function close_part() {
    if (open && failed && !named) print part ": " how
    named = 0
}

function name(test) {
    print part ": " test
    named = 1
}

BEGIN {
    part = step
    open = !meson
    failed = status != 0
    how = "exit status " status
}

meson && /^test: / {
    close_part()
    open = 0
    part = $NF
    if ($(NF - 1) == "/") part = $(NF - 2) " / " part
    sub(/^[a-z]+:/, "", part)
    next
}

meson && /^result: / {
    open = 1
    how = $0
    sub(/^result: +/, "", how)
    failed = how != "exit status 0" && how != "exit status 77"
    next
}

/^\[  FAILED  \] [A-Za-z_]/ && !/ test\(s\)/ {
    if (!(part SUBSEP $4 in seen)) name($4)
    seen[part, $4] = 1
}

/^ *not ok [0-9]+ - / && !/# (SKIP|[T]ODO)/ {
    sub(/^ *not ok [0-9]+ - /, "")
    name($0)
}

END { close_part() }
