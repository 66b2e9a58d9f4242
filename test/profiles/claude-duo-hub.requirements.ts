/** What the profile `claude-duo` promises over a hub: the endpoints of its broker, whose partners are, and its tools over HTTP. */
import type { Requirement } from './requirement.ts';

export const requirements: readonly Requirement[] = [
  {
    id: 'DUOH-101',
    where: 'POST /register',
    text: 'Answers with the row of the partner; its name is its id where none is given. Without an id it is refused with 400 and `partnerId required`.',
    differs:
      'The project of the folder is named by the header Signalbox-Project, or `?project=`; nobody looks at the folder.',
  },
  {
    id: 'DUOH-102',
    where: 'POST /register',
    text: 'Registering again changes what is said, and keeps the rest: the status, and since when it is there.',
  },
  {
    id: 'DUOH-103',
    where: 'POST /register',
    text: 'An id is text.',
    differs:
      'It has letters, digits and `. _ -`, 60 at most, and is neither `.` nor `..`; anything could be one, also what means something else in a list or an address.',
  },
  {
    id: 'DUOH-104',
    where: 'POST /unregister',
    text: 'Answers with success, also for an unknown id; a listener that waits is told `unregistered`. What is said to the partner waits for it.',
  },
  {
    id: 'DUOH-105',
    where: 'POST /talk',
    text: 'Answers with the conversation, the number of the message, and how many were notified and for how many it waits. A conversation wins over a recipient.',
  },
  {
    id: 'DUOH-106',
    where: 'POST /talk',
    text: '400 without a sender, a text or a target, 404 for an unknown conversation or recipient (`error` and `message`), 403 for who is not in it.',
    differs:
      'An unknown sender is 404, not a page with a stack; oneself is 400, not a message that nobody gets; rules that all share (length, loops) are 429.',
  },
  {
    id: 'DUOH-107',
    where: 'GET /listen/:partnerId',
    text: 'Answers at once with the rows of what is unread, which counts as read then.',
    differs:
      'It counts as read once the answer is out, and nothing is lost that comes in the same second. An unknown id is 404, not a wait.',
  },
  {
    id: 'DUOH-108',
    where: 'GET /listen/:partnerId',
    text: 'Waits where nothing is unread, and answers as soon as something comes.',
    differs:
      'The head goes out at once and blanks follow, so that no client takes the wait for dead after five minutes.',
  },
  {
    id: 'DUOH-109',
    where: 'GET /listen/:partnerId',
    text: 'To one conversation it hears no other; 403 for who is not in it.',
  },
  {
    id: 'DUOH-110',
    where: 'GET /listen/:partnerId',
    text: 'A second one takes the place of the first, which is told `reconnect`.',
    differs: 'The second one hears what comes; it never woke up.',
  },
  {
    id: 'DUOH-111',
    where: 'GET /listen/:partnerId',
    text: 'It is told `reconnect` when it ends for another reason than its time.',
    differs: 'Also when the hub stops, which ended the connection.',
  },
  {
    id: 'DUOH-112',
    where: 'GET /listen/:partnerId',
    text: 'A client that goes ends the wait.',
    differs: 'Nothing is marked as read by that.',
  },
  {
    id: 'DUOH-113',
    where: 'GET /listen/:partnerId',
    text: 'A wait is its token’s.',
    differs: 'There were no tokens: it ends soon after its token was revoked.',
  },
  {
    id: 'DUOH-115',
    where: 'POST /conversations',
    text: 'Begins a group with its creator in it and answers with its row; 400 where something is missing, 404 with who is unknown.',
  },
  {
    id: 'DUOH-116',
    where: 'GET /conversations/:partnerId',
    text: 'Shows rows with `unread_count` and the participants with their names; none for an unknown id.',
    differs: 'One’s own messages are not counted.',
  },
  {
    id: 'DUOH-117',
    where: 'POST /conversations/:id/leave',
    text: 'Takes a partner out, also one who is not in it; the last one archives the group. 400 for a direct conversation and an unknown one.',
  },
  {
    id: 'DUOH-118',
    where: 'GET /conversations/:id/messages, /participants',
    text: 'Show the row of the conversation with its messages in order, 50 where nothing is said, and the rows of its participants; 404 and none for an unknown one.',
    differs: 'The newest messages, not the oldest; only where a partner of the token is in it.',
  },
  {
    id: 'DUOH-119',
    where: 'GET /partners, /health',
    text: 'Show the rows of everybody who is remembered with `isListening`, and how many there are, are online and listen.',
    differs: 'Native sessions of the projects of one’s partners are in the list as well, and not in the counts.',
  },
  {
    id: 'DUOH-120',
    where: 'POST /partners/:id/status, /notifications',
    text: 'Change what others see, and answer with success also for an unknown id.',
  },
  {
    id: 'DUOH-121',
    where: 'all endpoints',
    text: 'What goes wrong is a body with `error` as text.',
    differs: 'It never holds a stack or a path; without a valid token everything is 401.',
  },
  {
    id: 'DUOH-122',
    where: 'all endpoints',
    text: 'They are served on one address.',
    differs: 'By a hub that was started with the profile, and by no other.',
  },
  {
    id: 'DUOH-130',
    where: 'tokens',
    text: 'A partner is whoever says its id.',
    differs:
      'It is of the token that registered it: no other speaks, listens, reads, leaves or unregisters as it, also while it is away.',
  },
  {
    id: 'DUOH-131',
    where: 'tokens',
    text: 'A partner of a process has its id.',
    differs: 'No token takes it, whether the process lives or not; nor does a process that of a token.',
  },
  {
    id: 'DUOH-132',
    where: 'tokens',
    text: 'Anybody may do anything.',
    differs: 'A token that only reads sees who there is, and changes nothing.',
  },
  {
    id: 'DUOH-133',
    where: 'tokens',
    text: 'Anybody may do anything.',
    differs:
      'A token for some projects or tools is for these only: of the project claude-duo, where partners meet, and of the tools that the endpoints amount to.',
  },
  {
    id: 'DUOH-134',
    where: 'tokens',
    text: 'Texts are logged, cut.',
    differs: 'The log and the audit hold no text; the audit has every request.',
  },
  {
    id: 'DUOH-140',
    where: 'mixed',
    text: 'Partners over HTTP and over MCP are the same ones: what one says is heard by the other, at once where that listens.',
  },
  {
    id: 'DUOH-141',
    where: 'mixed',
    text: 'A partner that names a project stands in it.',
    differs:
      'There were no others: native sessions there are written to as `native:<handle>`, and write to it by its id.',
  },
  {
    id: 'DUOH-142',
    where: 'mixed',
    text: 'A partner that is away is written to, and one may work in another folder later.',
    differs: 'Natively as well, in the project that it named last.',
  },
  {
    id: 'DUOH-150',
    where: 'MCP over HTTP',
    text: 'The ten tools, and nothing else.',
    differs: 'They were offered over stdio only. The id is the last part of the project’s, as there is no folder.',
  },
  { id: 'DUOH-151', where: 'MCP over HTTP', text: 'They reach everybody whom the profile reaches over stdio.' },
  {
    id: 'DUOH-152',
    where: 'MCP over HTTP',
    text: 'A session is a partner.',
    differs: 'Each client is one, and its token’s alone; a token that only reads is none.',
  },
  {
    id: 'DUOH-153',
    where: 'MCP over HTTP',
    text: 'A partner that leaves is offline.',
    differs:
      'One that says goodbye; others are when their time is over. A profile that the hub does not serve is refused.',
  },
  {
    id: 'DUOH-154',
    where: 'MCP over HTTP',
    text: 'A partner is whoever says its id.',
    differs: 'A client speaks for itself: no request to the broker does, with the same token either (409).',
  },
  {
    id: 'DUOH-155',
    where: 'MCP over HTTP',
    text: 'A listen that ends early says that it is to be called again.',
    differs: 'Also where the hub stops; the broker’s end was an error.',
  },
];
