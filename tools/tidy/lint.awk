# The rules of tools/tidy/lint that look at one line or one file at a time. Prints "file:line: what is wrong"; the
# shell script around it turns any output into a failure. Words that are forbidden are written here with a bracket in
# them, so that this file does not find itself.

function complain(line, text) { print FILENAME ":" line ": " text }

# The line without comments, strings and character constants; in_comment carries over to the next line.
function code_of(s,    out, c, two, quote) {
    out = ""
    while (s != "") {
        c = substr(s, 1, 1)
        two = substr(s, 1, 2)
        if (in_comment) {
            if (two == "*/") { in_comment = 0; s = substr(s, 3) } else s = substr(s, 2)
        } else if (two == "/*") { in_comment = 1; s = substr(s, 3); out = out " "
        } else if (two == "//") { break
        } else if (c == "\"" || c == "\047") {
            quote = c
            s = substr(s, 2)
            while (s != "" && substr(s, 1, 1) != quote) s = substr(s, substr(s, 1, 1) == "\\" ? 3 : 2)
            s = substr(s, 2)
            out = out quote quote
        } else if (match(s, /^[^\/"\047]+/)) { out = out substr(s, 1, RLENGTH); s = substr(s, RLENGTH + 1)
        } else { out = out c; s = substr(s, 2) }
    }
    return out
}

function start_file() {
    is_c = FILENAME ~ /\.[ch]$/
    is_header = FILENAME ~ /\.h$/
    is_product = FILENAME ~ /^(src|tools)\//
    is_base = FILENAME ~ /^src\/base\//
    is_store = FILENAME ~ /^src\/store\//
    is_test = FILENAME ~ /^tests\//
    in_comment = 0
    in_function = 0
    opened = 0
}

function end_file(    limit) {
    if (last_file == "") return
    limit = last_file ~ /\.h$/ ? 200 : last_file ~ /\.(c|ts|tsx)$/ ? 800 : 0
    if (limit && last_line > limit) print "SIZE file " last_file " " last_line " " limit
    if (last_file ~ /\.[ch]$/ && !last_opened) print last_file ":1: the file is empty"
}

BEGIN {
    n = split("strcpy=memcpy with a checked length|strcat=struct buf|strncpy=memcpy with a checked length" \
        "|strncat=struct buf|sprintf=struct buf or snprintf|vsprintf=vsnprintf|gets=fgets|strtok=str_cut|strtok_r=str_cut" \
        "|atoi=str_to_i64|atol=str_to_i64|atoll=str_to_i64|atof=integers|gmtime=base/clock.h|localtime=base/clock.h" \
        "|gmtime_r=base/clock.h|localtime_r=base/clock.h|mktime=base/clock.h|ctime=base/clock.h|asctime=base/clock.h" \
        "|strftime=base/clock.h|time=base/clock.h|clock_gettime=base/clock.h|gettimeofday=base/clock.h" \
        "|rand=base/rng.h|srand=base/rng.h|random=base/rng.h|drand48=base/rng.h" \
        "|system=posix_spawn|popen=posix_spawn|alloca=an arena|tmpnam=mkstemp|mktemp=mkstemp" \
        "|sleep=a deadline and a wait that a stop can end|usleep=a deadline and a wait that a stop can end" \
        "|malloc=an arena|calloc=an arena|realloc=struct buf|strdup=str_dup into an arena|strndup=str_dup into an arena" \
        "|asprintf=struct buf|vasprintf=struct buf", pairs, "|")
    for (i = 1; i <= n; i++) {
        name = pairs[i]; sub(/=.*/, "", name)
        use = pairs[i]; sub(/^[^=]*=/, "", use)
        instead[name] = use
        # In tests memory and time are the test's own business; the dangerous string functions are not.
        if (name ~ /^(str(cpy|cat|ncpy|ncat|tok)|v?sprintf|gets|ato|rand|srand|tmpnam|mktemp|system|alloca|usleep|sleep)/) in_tests[name] = 1
    }
    unfinished = "(^|[^A-Za-z_])(TO[D]O|FIX[M]E|XX[X]|HAC[K])([^A-Za-z_]|$)"
    hosts = "(npmj[s]\\.(org|com)|debia[n]\\.(org|net)|pyp[i]\\.org|nodesourc[e]\\.com|ubunt[u]\\.com/ubuntu)"
}

FNR == 1 {
    end_file()
    start_file()
}
{ last_file = FILENAME; last_line = FNR; last_opened = opened }

$0 ~ unfinished && !/tidy:/ { complain(FNR, "unfinished work is an issue or a fix, not a note in a file") }
$0 ~ hosts { complain(FNR, "no registry or mirror is named here: the machine's own settings say where packages are") }

!opened && NF {
    opened = 1
    last_opened = 1
    if (is_c && !/^\/[*\/]/) complain(FNR, "every file opens with a comment that says what it is")
    if (FILENAME ~ /\.sql$/ && !/^--/) complain(FNR, "every migration opens with a comment that says what it does")
}

!is_c { next }

{
    code = code_of($0)

    # Functions, in the layout that clang-format makes: braces of the body stand alone in column one.
    if (code ~ /^\{[ \t]*$/ && signature != "") {
        in_function = FNR
        function_name = signature
    } else if (code ~ /^\}[ \t]*$/ && in_function) {
        if (FNR - in_function - 1 > 70) print "SIZE function " FILENAME ":" function_name " " (FNR - in_function - 1) " 70"
        in_function = 0
        signature = ""
    } else if (!in_function) {
        if (code ~ /^[A-Za-z_].*\(/ && code !~ /;[ \t]*$/ && code !~ /=/) {
            signature = code
            sub(/[ \t]*\(.*/, "", signature)
            sub(/.*[ \t*]/, "", signature)
        } else if (code ~ /;[ \t]*$/ || code ~ /^[ \t]*$/) {
            signature = ""
        }
    }

    if (!is_base && $0 !~ /tidy: allow/) {
        rest = code
        while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
            name = substr(rest, RSTART, RLENGTH)
            before = RSTART > 1 ? substr(rest, RSTART - 1, 1) : ""
            two_before = RSTART > 2 ? substr(rest, RSTART - 2, 2) : ""
            rest = substr(rest, RSTART + RLENGTH)
            sub(/[ \t]*\($/, "", name)
            if (!(name in instead) || before == "." || two_before == "->") continue
            if (is_test && !(name in in_tests)) continue
            complain(FNR, name "() is banned here, use " instead[name] " (or say why: /* tidy: allow, REASON */)")
        }
    }

    if (FILENAME ~ /^src\// && FILENAME ~ /\.c$/ && /"/) {
        is_sql = /"[ \t]*(SELECT [^"]*|INSERT INTO [^"]*|DELETE FROM [^"]*|UPDATE [a-z_]+ SET[^"]*|CREATE (UNIQUE |TEMP )?(TABLE|INDEX)[^"]*|ALTER TABLE [^"]*|WITH [a-z_]+ ?(\([^"]*)?AS [^"]*)/
        if (is_sql && !is_store) complain(FNR, "SQL text lives in src/store and nowhere else")
        if (is_sql && /%[-0-9.]*(l|ll|z|j)?[sdiuxc]([^A-Za-z]|$)/ && $0 !~ /tidy: allow/)
            complain(FNR, "values are bound, never formatted into SQL")
    }
}

END { end_file() }
