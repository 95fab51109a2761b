-- scan.lua: each request scans one phone for one order, as the lines of BENCH_SCANS say: "order code".
dofile(os.getenv("BENCH_DIR") .. "/report.lua")
local lines, number = {}, 0
for line in io.lines(os.getenv("BENCH_SCANS")) do
    lines[#lines + 1] = line
end
request = function()
    number = number + 1
    local order, code = lines[number]:match("^(%d+) (%S+)$")
    return wrk.format("POST", "/api/v1/orders/" .. order .. "/commitments", nil, '{"scans":["' .. code .. '"]}')
end
