-- Shared by the scripts that hand the turn of a project on; the last of KEYS is the line of those who wait for it. A place in
-- the line is an array in JSON: the token of a unit, the channel on which its process hears ('' when it hears nothing and asks
-- again and again), whether that may be at another server, for how many milliseconds its turn lasts, and its questions.

-- Gives the turn to the first in line, and tells it: { token, what a view begins with, how many are behind it }. One whose
-- process hears no more is passed over. Whether `asker`, a token, was the first: it is not told, it is given its answer by who calls this.
local function handOn(time, asker)
  while true do
    local place = redis.call('LPOP', KEYS[#KEYS])
    if not place then
      redis.call('HDEL', KEYS[1], 'turn', 'until')
      return false
    end
    local ticket = cjson.decode(place)
    local token, channel, isElsewhere, lasting = ticket[1], ticket[2], ticket[3], ticket[4]
    local isThere = token == asker or channel == ''
    if not isThere then
      local meta = redis.call('HMGET', KEYS[1], 'revision', 'sequence', 'latest')
      local view = answer(opening(meta[1], meta[2], meta[3], time, 0), ticket, 5)
      local hearers = redis.pcall('PUBLISH', channel, cjson.encode({ token, view, redis.call('LLEN', KEYS[#KEYS]) }))
      -- Who may not tell it has given it the turn all the same: it asks.
      isThere = hearers ~= 0 or isElsewhere
    end
    if isThere then
      redis.call('HSET', KEYS[1], 'turn', token, 'until', time + lasting)
      return token == asker
    end
  end
end
