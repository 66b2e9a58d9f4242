-- Shared by the scripts that look into a project; KEYS begin with meta, records and entries of the project.

-- The server's time in milliseconds.
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function bodiesOf(kind, members)
  local bodies = {}
  -- In parts: a call takes only so many arguments.
  for first = 1, #members, 1000 do
    local fields = {}
    for at = first, math.min(first + 999, #members) do
      fields[#fields + 1] = kind .. '\0' .. string.match(members[at], '[^%z]*$')
    end
    for _, body in ipairs(redis.call('HMGET', KEYS[2], unpack(fields))) do bodies[#bodies + 1] = body end
  end
  return bodies
end

-- Appends to `result` the answers to the questions that stand in `list` from `at` on, one after the other:
--   'get', field | 'list', kind, least, greatest, limit, '1' when reversed | 'count', least, greatest
-- An answer is a body, { entries, bodies }, or a number; false (nil to a client) for no body and for no entries.
local function answer(result, list, at)
  while list[at] do
    local found
    if list[at] == 'get' then
      found = redis.call('HGET', KEYS[2], list[at + 1])
      at = at + 2
    elseif list[at] == 'count' then
      found = redis.call('ZLEXCOUNT', KEYS[3], list[at + 1], list[at + 2])
      at = at + 3
    else
      local kind, least, greatest, limit = list[at + 1], list[at + 2], list[at + 3], list[at + 4]
      local members
      if list[at + 5] == '1' then
        members = redis.call('ZRANGE', KEYS[3], greatest, least, 'BYLEX', 'REV', 'LIMIT', 0, limit)
      else
        members = redis.call('ZRANGE', KEYS[3], least, greatest, 'BYLEX', 'LIMIT', 0, limit)
      end
      found = #members > 0 and { members, bodiesOf(kind, members) }
      at = at + 6
    end
    result[#result + 1] = found
  end
  return result
end

-- What a view begins with: { revision ('' before the first commit), sequence, now (milliseconds), `wait` }.
-- Servers' clocks differ: after a failover the time of a project must not run backwards.
local function opening(revision, sequence, latest, time, wait)
  return { revision or '', sequence or '0', math.max(time, tonumber(latest or '0')), wait }
end
