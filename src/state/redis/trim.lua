#!lua flags=allow-oom
--[[
  Drops groups that have expired and have nothing left to decide. It only ever frees memory, so a full server lets it run.
  Safe to run twice: what is gone is not found again.

  KEYS 1 meta, 2 open, 3 deadlines, 4 expiry, then a window per group
  ARGV 1 epoch, 2 time: a group goes when its expiry lies strictly before, 3 most to drop, then the group keys

  Returns {"OK", number dropped}
          {"EPOCH", stored or ""}     the claim is not the newest: nothing done
          {"WRONGTYPE", key, type}    a key is none of ours: nothing done
]]
for i = 1, 4 do
  local kind = redis.call("TYPE", KEYS[i]).ok
  if kind ~= "none" and kind ~= (i <= 2 and "hash" or "zset") then
    return { "WRONGTYPE", KEYS[i], kind }
  end
end
local epoch = redis.call("HGET", KEYS[1], "epoch")
if epoch ~= ARGV[1] then
  return { "EPOCH", epoch or "" }
end

local time, most, dropped = tonumber(ARGV[2]), tonumber(ARGV[3]), 0
for i = 4, #ARGV do
  if dropped >= most then
    break
  end
  local group = ARGV[i]
  local expiry = redis.call("ZSCORE", KEYS[4], group)
  local settled = expiry
    and tonumber(expiry) < time
    and redis.call("HEXISTS", KEYS[2], group) == 0
    and not redis.call("ZSCORE", KEYS[3], group)
  if settled then
    redis.call("UNLINK", KEYS[i + 1])
    redis.call("ZREM", KEYS[4], group)
    local live = "live:" .. (string.match(group, "^(.-):") or "")
    local count = tonumber(redis.call("HGET", KEYS[1], live) or "0")
    if count > 1 then
      redis.call("HSET", KEYS[1], live, string.format("%.0f", count - 1))
    else
      redis.call("HDEL", KEYS[1], live)
    end
    dropped = dropped + 1
  end
end
return { "OK", dropped }
