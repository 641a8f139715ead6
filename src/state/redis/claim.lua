#!lua flags=allow-oom
--[[
  Takes a partition over: raises the epoch, so that every older claim is refused from here on.
  Safe to run twice: under the same nonce the second run changes nothing and answers the same.
  Allowed on a full server: it only rewrites two short fields, and without an owner nobody could trim.

  KEYS 1 meta, 2 outbox
  ARGV 1 nonce: names this claim

  Returns {"OK", epoch, offset or nil, meta or nil, raw partitions with seen records, outbox members in order of seq,
           live groups (window name, count)}
          {"WRONGTYPE", key, type}
]]
local expected = { "hash", "zset" }
for i = 1, 2 do
  local kind = redis.call("TYPE", KEYS[i]).ok
  if kind ~= "none" and kind ~= expected[i] then
    return { "WRONGTYPE", KEYS[i], kind }
  end
end

local known = redis.call("HMGET", KEYS[1], "epoch", "nonce", "offset", "meta")
local epoch = known[1]
if not epoch or known[2] ~= ARGV[1] then
  -- The server's clock in microseconds: an emptied server must not issue an epoch that a zombie may still hold. Should
  -- the clock stand behind, the last digits differ even between two claims that a failover made forget each other.
  local time, stored = redis.call("TIME"), tonumber(epoch or "0")
  local proposed = tonumber(time[1]) * 1000000 + tonumber(time[2])
  if proposed <= stored then
    proposed = stored + 1 + proposed % 1000
  end
  epoch = string.format("%.0f", proposed)
  redis.call("HSET", KEYS[1], "epoch", epoch, "nonce", ARGV[1])
end

local sources, live = {}, {}
local fields = redis.call("HGETALL", KEYS[1])
for i = 1, #fields, 2 do
  local source = string.match(fields[i], "^seen:(%d+)$")
  local window = string.match(fields[i], "^live:(.+)$")
  if source then
    sources[#sources + 1] = source
  elseif window then
    live[#live + 1] = window
    live[#live + 1] = fields[i + 1]
  end
end
return { "OK", epoch, known[3], known[4], sources, redis.call("ZRANGE", KEYS[2], 0, -1), live }
