-- Takes from every share, or from none. A share is the instant at which it will be whole again (GCRA).
-- KEYS: the shares. ARGV, three for each: microseconds until one comes back, how many it holds, how many are taken.
-- Answers two numbers for each: how many are left, and for how many microseconds one must wait; 0 when taken.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wholes, answer, refused = {}, {}, false
for i, key in ipairs(KEYS) do
    local interval, holds, count = tonumber(ARGV[i * 3 - 2]), tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
    -- Bounded, because a Redis that takes over from another may be behind its clock.
    local known = math.min(tonumber(redis.call('GET', key) or 0), now + interval * holds)
    local whole = math.max(known, now) + interval * count
    local wait = whole - interval * holds - now
    wholes[i] = whole
    if wait > 0 then
        refused = true
        answer[i * 2 - 1], answer[i * 2] = 0, wait
    else
        answer[i * 2 - 1], answer[i * 2] = math.floor(-wait / interval), 0
    end
end
if not refused then
    for i, key in ipairs(KEYS) do
        redis.call('SET', key, string.format('%.0f', wholes[i]), 'PX', math.ceil((wholes[i] - now) / 1000))
    end
end
return answer
