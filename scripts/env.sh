# shellcheck shell=sh
# Sourced by the scripts, with $top set to the checkout: puts a Node that is new enough first on PATH. The machine's own is
# taken when it will do; otherwise the one which scripts/bootstrap installed under tools/node.
export node_wanted=20.19

node_is_new_enough() {
    command -v npm >/dev/null 2>&1 || return 1
    node -e 'const [a, b] = process.versions.node.split(".").map(Number);
        process.exit(a > 20 && a !== 21 && (a > 22 || b >= 12) || a === 20 && b >= 19 ? 0 : 1)' 2>/dev/null
}

tools_node_is_installed() {
    # npm writes this file last: an installation that was interrupted does not count.
    [ -f "${top:?}/tools/node/node_modules/.package-lock.json" ] &&
        [ -z "$(find "$top/tools/node/package-lock.json" -newer "$top/tools/node/node_modules/.package-lock.json")" ]
}

use_tools_node() {
    # The node packages link no program of their own into .bin.
    for tools_node_bin in "$top"/tools/node/node_modules/node-linux-*/bin; do
        PATH=$top/tools/node/node_modules/.bin:$tools_node_bin:$PATH
    done
    export PATH
}

node_is_new_enough || ! tools_node_is_installed || use_tools_node
