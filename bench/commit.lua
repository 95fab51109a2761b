-- commit.lua: each request scans one phone for one order: order FIRST + n and ESN "BENCH" + the same number.
dofile(os.getenv("BENCH_DIR") .. "/report.lua")
local number = tonumber(os.getenv("BENCH_FIRST")) - 1
request = function()
    number = number + 1
    return wrk.format("POST", "/api/v1/orders/" .. number .. "/commitments", nil, '{"scans":["BENCH' .. number .. '"]}')
end
