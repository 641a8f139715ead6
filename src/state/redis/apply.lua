#!lua
--[[
  Applies one change of a partition: windows, judge's records, times, outbox, seen records and offset, or nothing.
  Redis does not roll back, so everything that could fail is looked at before the first write: claim, offset, types of
  keys, numbers. Writes are absolute values; it grows first and trims last, since a script whose first write frees
  memory would not be refused by a full server. Safe to run twice: the token tells.

  KEYS 1 meta, 2 open, 3 deadlines, 4 expiry, 5 outbox, then the seen sets, the changed windows, the dropped windows
  ARGV 1 epoch, 2 token, 3 expected offset, 4 next offset, 5 "1": there must be an offset, 6 meta, 7 outbox acked,
       8 number of seen sets, 9 number of changed windows,
       then sections, each as its length and that many values:
         open to set (key, text), open to delete (key), deadlines to set (time, key), deadlines to delete (key),
         expiry to set (time, key), expiry to delete (key), outbox (seq, member),
         live groups to set (field, count), live groups to delete (field);
         per seen set: raw partition, floor or "", records (offset, member);
         per changed window: oldest time kept or "", entries to add (time, member), entries to remove (member)

  Returns {"OK"}                      applied, now or before
          {"EPOCH", stored or ""}     the claim is not the newest: nothing done
          {"OFFSET", stored or ""}    another offset is stored, or none where there must be one: nothing done
          {"WRONGTYPE", key, type}    a key is none of ours: nothing done
          {"UNSAFE", value}           a number that cannot be kept exactly: nothing done
          {"DENIED", command}         the user may not run it: nothing done
]]
local MAX_SAFE = 9007199254740991
local CHUNK = 1000 -- even, for pairs; unpack fails at 8,000
local KEPT_TOKENS = 256 -- as in check-change.ts
local epoch, token, expected, nextOffset = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
local seenSets, windows = tonumber(ARGV[8]), tonumber(ARGV[9])

-- Where each part of ARGV lies.
local at = 10
local function value()
  at = at + 1
  return ARGV[at - 1]
end
local function section(scored)
  local length = tonumber(value())
  at = at + length
  return { from = at - length, to = at - 1, scored = scored }
end
local openSet, openDelete = section(), section()
local deadlineSet, deadlineDelete = section(true), section()
local expirySet, expiryDelete = section(true), section()
local outbox = section(true)
local liveSet, liveDelete = section(), section()
local seen, changed = {}, {}
for i = 1, seenSets do
  seen[i] = { key = KEYS[5 + i], source = value(), floor = value(), add = section(true) }
end
for i = 1, windows do
  changed[i] = { key = KEYS[5 + seenSets + i], oldest = value(), add = section(true), remove = section() }
end
local firstDropped = 5 + seenSets + windows + 1

-- Checks: types first, so that no later read can fail.
for i, key in ipairs(KEYS) do
  local kind = redis.call("TYPE", key).ok
  if kind ~= "none" and kind ~= (i <= 2 and "hash" or "zset") then
    return { "WRONGTYPE", key, kind }
  end
end
local known = redis.call("HMGET", KEYS[1], "epoch", "offset", "tokens")
if known[1] ~= epoch then
  return { "EPOCH", known[1] or "" }
end
local offset, tokens = known[2], known[3] or ""
if string.find("\n" .. tokens .. "\n", "\n" .. token .. "\n", 1, true) then
  return { "OK" }
end
if offset and offset ~= expected or not offset and ARGV[5] == "1" then
  return { "OFFSET", offset or "" }
end

local unsafe
local function check(text)
  local number = tonumber(text)
  if not number or not (number >= -MAX_SAFE and number <= MAX_SAFE) then
    unsafe = unsafe or text
  end
end
local function checkScores(part)
  for i = part.from, part.to, 2 do
    check(ARGV[i])
  end
end
for _, text in ipairs({ epoch, expected, nextOffset, ARGV[7] }) do
  check(text)
end
for _, part in ipairs({ deadlineSet, expirySet, outbox }) do
  checkScores(part)
end
for _, set in ipairs(seen) do
  checkScores(set.add)
  if set.floor ~= "" then check(set.floor) end
end
for _, window in ipairs(changed) do
  checkScores(window.add)
  if window.oldest ~= "" then check(window.oldest) end
end
if unsafe then
  return { "UNSAFE", unsafe }
end

-- A right that is missing would end the script between two writes.
for _, command in ipairs({ "hset", "zadd", "zrem", "zremrangebyscore", "unlink", "hdel", "exists" }) do
  if not redis.acl_check_cmd(command, KEYS[1]) then
    return { "DENIED", command }
  end
end

-- Records under the same seq with another body give way to the new ones.
local replaced = {}
if outbox.to > outbox.from then
  local new = {}
  for i = outbox.from + 1, outbox.to, 2 do
    new[ARGV[i]] = true
  end
  for _, member in ipairs(redis.call("ZRANGEBYSCORE", KEYS[5], ARGV[outbox.from], ARGV[outbox.to - 1])) do
    if not new[member] then replaced[#replaced + 1] = member end
  end
end

local function send(command, key, part)
  for i = part.from, part.to, CHUNK do
    redis.call(command, key, unpack(ARGV, i, math.min(i + CHUNK - 1, part.to)))
  end
end

-- Grow.
local moved = not offset or tonumber(nextOffset) > tonumber(offset)
if moved or tokens == "" then
  tokens = token
else
  local _, count = string.gsub(tokens, "\n", "\n")
  if count + 1 >= KEPT_TOKENS then
    tokens = string.match(tokens, "\n(.*)$")
  end
  tokens = tokens .. "\n" .. token
end
redis.call("HSET", KEYS[1], "offset", nextOffset, "meta", ARGV[6], "tokens", tokens)
send("HSET", KEYS[1], liveSet)
send("HSET", KEYS[2], openSet)
send("ZADD", KEYS[3], deadlineSet)
send("ZADD", KEYS[4], expirySet)
send("ZADD", KEYS[5], outbox)
for _, set in ipairs(seen) do
  if set.add.to > set.add.from then
    redis.call("HSET", KEYS[1], "seen:" .. set.source, "1")
    send("ZADD", set.key, set.add)
  end
end
for _, window in ipairs(changed) do
  send("ZADD", window.key, window.add)
end

-- Trim.
for _, window in ipairs(changed) do
  send("ZREM", window.key, window.remove)
  if window.oldest ~= "" then
    redis.call("ZREMRANGEBYSCORE", window.key, "-inf", "(" .. window.oldest)
  end
end
for i = firstDropped, #KEYS do
  redis.call("UNLINK", KEYS[i])
end
send("HDEL", KEYS[1], liveDelete)
send("HDEL", KEYS[2], openDelete)
send("ZREM", KEYS[3], deadlineDelete)
send("ZREM", KEYS[4], expiryDelete)
for _, member in ipairs(replaced) do
  redis.call("ZREM", KEYS[5], member)
end
redis.call("ZREMRANGEBYSCORE", KEYS[5], "-inf", ARGV[7])
for _, set in ipairs(seen) do
  if set.floor ~= "" then
    redis.call("ZREMRANGEBYSCORE", set.key, "-inf", "(" .. set.floor)
    if redis.call("EXISTS", set.key) == 0 then
      redis.call("HDEL", KEYS[1], "seen:" .. set.source)
    end
  end
end
return { "OK" }
