/**
 * All that claude-duo says, in English and in French. What scripts read (ids, what stands between stars, backticks and brackets, emoji,
 * counts) is the same in both.
 */
import type { ErrorCode } from '../../core/errors.ts';
import type { Language } from '../../core/surroundings.ts';
import type { Refused } from '../../tools/foreign-talk.ts';

export interface Words {
  readonly error: string;
  unknownTool(name: string): string;
  badArguments(tool: string, fields: string): string;
  /** A refusal by a rule that all vocabularies share. */
  rule(code: ErrorCode, detail: string): string;
  /** What to do after such a refusal where the rule has no advice for this vocabulary. */
  readonly instead: string;
  refused(reason: Refused['refused'], names: string): string;
  readonly emptyMessage: string;
  readonly noParticipants: string;
  readonly directIsKept: string;
  registered(name: string): string;
  readonly project: string;
  readonly conversation: string;
  notified(count: number): string;
  queued(count: number): string;
  /** Told while a listen waits. */
  readonly listening: string;
  received(count: number): string;
  more(count: number): string;
  nothing(minutes: number): string;
  pause(waited: string, minutes: number): string;
  /** Where whoever serves the wait stopped. */
  readonly cutShort: string;
  readonly yourself: string;
  readonly legend: string;
  earlier(count: number): string;
  readonly noConversations: string;
  unread(count: number): string;
  readonly participants: string;
  readonly everybody: string;
  created(name: string): string;
  left(name: string): string;
  readonly archived: string;
  readonly emptyHistory: string;
  older(limit: number): string;
  status(text: string): string;
  readonly statusCleared: string;
  readonly toldOn: string;
  readonly toldOff: string;
}

const english: Words = {
  error: 'Error:',
  unknownTool: name => `Unknown tool: ${name}`,
  badArguments: (tool, fields) => `${tool} needs other arguments: ${fields}.`,
  rule: (_code, detail) => detail,
  instead: 'Do something else for now, and ask your user if it matters; list_partners shows who else there is.',
  refused: (reason, names) =>
    ({
      'nobody else': 'Nobody else is here. Start a session in another folder; list_partners shows who there is.',
      several: `There are several partners, so say to whom: ${names}.`,
      oneself: 'That is yourself. Name another partner; list_partners shows them.',
      'unknown partner': `There is no partner ${names}. list_partners shows who there is.`,
      'native partner': `${names} can be talked to, but is no partner and cannot be in a group.`,
      'unknown conversation': 'There is no such conversation. list_conversations shows yours.',
      stranger: 'You are not in this conversation. list_conversations shows yours.',
      'everybody left': 'Everybody else has left this conversation. Name a partner in `to`, or create another group.',
    })[reason],
  emptyMessage: 'The message is empty. Say something in `message`.',
  noParticipants: 'Name at least one other partner in `participants`, separated by commas.',
  directIsKept: 'A direct conversation cannot be left. You can leave groups only.',
  registered: name => `Registered as **${name}**`,
  project: 'Project:',
  conversation: 'Conversation:',
  notified: count => `${count} notified at once`,
  queued: count => `${count} queued until they listen`,
  listening: 'listening to partners',
  received: count => `${count} message(s) received`,
  more: count => `${count} more wait(s). Call \`listen\` again.`,
  nothing: minutes => `No message came within ${minutes} minutes. Call \`listen\` again to go on waiting.`,
  pause: (waited, minutes) =>
    `No message yet. One call can wait ${waited} of the ${minutes} minutes in your client. Call \`listen\` again to go on waiting; what arrives in between is kept for you.`,
  cutShort: 'No message yet. Call `listen` again to go on waiting; what arrives in between is kept for you.',
  yourself: '(you)',
  legend: '🟢 online | ⚪ offline | 👂 listening',
  earlier: count => `${count} more were here earlier; they can be talked to by their ids.`,
  noConversations: 'No conversations yet. `talk` begins one.',
  unread: count => `(${count} unread)`,
  participants: 'Participants:',
  everybody: 'everybody in this project',
  created: name => `Group **${name}** created`,
  left: name => `You left **${name}**.`,
  archived: 'Nobody is left in it, so it is archived.',
  emptyHistory: 'Nothing was said in this conversation yet.',
  older: limit => `The newest ${limit} are shown; there are older ones.`,
  status: text => `Status: _${text}_`,
  statusCleared: 'Status cleared.',
  toldOn:
    'Notifications are on. Where `notificationFile` is set, the block in that file says how many messages wait for you. CLAUDE.md is never changed from outside.',
  toldOff:
    'Notifications are off: the block in the notification file says nothing of your messages. They are kept; `listen` shows them.',
};

const french: Words = {
  error: 'Erreur:',
  unknownTool: name => `Tool inconnu: ${name}`,
  badArguments: (tool, fields) => `${tool} attend d’autres arguments : ${fields}.`,
  rule: (code, detail) => `${frenchRule[code]} (Détail en anglais : ${detail})`,
  instead: 'Do something else for now, and ask your user if it matters; list_partners shows who else there is.',
  refused: (reason, names) =>
    ({
      'nobody else':
        'Il n’y a personne d’autre. Ouvrez une session dans un autre dossier ; list_partners montre qui est là.',
      several: `Il y a plusieurs partenaires, précisez à qui vous parlez : ${names}.`,
      oneself: 'C’est vous-même. Nommez un autre partenaire ; list_partners les montre.',
      'unknown partner': `Il n’y a pas de partenaire ${names}. list_partners montre qui est là.`,
      'native partner': `On peut parler à ${names}, mais ce n’est pas un partenaire et il ne peut pas entrer dans un groupe.`,
      'unknown conversation': 'Cette conversation n’existe pas. list_conversations montre les vôtres.',
      stranger: 'Vous ne participez pas à cette conversation. list_conversations montre les vôtres.',
      'everybody left':
        'Tous les autres ont quitté cette conversation. Nommez un partenaire dans `to` ou créez un autre groupe.',
    })[reason],
  emptyMessage: 'Le message est vide. Écrivez quelque chose dans `message`.',
  noParticipants: 'Nommez au moins un autre partenaire dans `participants`, séparés par des virgules.',
  directIsKept: 'On ne quitte pas une conversation directe, seulement un groupe.',
  registered: name => `Enregistré sous le nom **${name}**`,
  project: 'Projet :',
  conversation: 'Conversation :',
  notified: count => `${count} prévenu(s) aussitôt`,
  queued: count => `${count} en attente jusqu’à la prochaine écoute`,
  listening: 'à l’écoute des partenaires',
  received: count => `${count} message(s) reçu(s)`,
  more: count => `${count} autre(s) en attente. Rappelez \`listen\`.`,
  nothing: minutes => `Aucun message en ${minutes} minutes. Rappelez \`listen\` pour continuer d’attendre.`,
  pause: (waited, minutes) =>
    `Pas encore de message. Dans votre client, un appel peut attendre ${waited} des ${minutes} minutes. Rappelez \`listen\` pour continuer d’attendre ; ce qui arrive entre-temps est gardé pour vous.`,
  cutShort:
    'Pas encore de message. Rappelez `listen` pour continuer d’attendre ; ce qui arrive entre-temps est gardé pour vous.',
  yourself: '(vous)',
  legend: '🟢 en ligne | ⚪ hors ligne | 👂 à l’écoute',
  earlier: count => `${count} autre(s) sont passés auparavant ; on peut leur parler par leur id.`,
  noConversations: 'Pas encore de conversation. `talk` en commence une.',
  unread: count => `(${count} non lu(s))`,
  participants: 'Participants :',
  everybody: 'tous dans ce projet',
  created: name => `Groupe **${name}** créé`,
  left: name => `Vous avez quitté **${name}**.`,
  archived: 'Il n’y reste personne : la conversation est archivée.',
  emptyHistory: 'Rien n’a encore été dit dans cette conversation.',
  older: limit => `Voici les ${limit} messages les plus récents ; il y en a de plus anciens.`,
  status: text => `Statut : _${text}_`,
  statusCleared: 'Statut effacé.',
  toldOn:
    'Notifications activées. Si `notificationFile` est réglé, le bloc de ce fichier dit combien de messages vous attendent. CLAUDE.md n’est jamais modifié de l’extérieur.',
  toldOff:
    'Notifications désactivées : le bloc du fichier de notification ne dit rien de vos messages. Ils sont gardés ; `listen` les montre.',
};

const frenchRule: Readonly<Record<ErrorCode, string>> = {
  invalid_input: 'Cette demande ne convient pas.',
  unauthenticated: 'Il faut d’abord s’identifier.',
  forbidden: 'Ce n’est pas permis.',
  not_found: 'C’est introuvable.',
  conflict: 'Un autre était plus rapide, ou en dispose.',
  session_expired: 'La session est terminée.',
  limit_exceeded: 'Une limite est atteinte.',
  unavailable: 'Les données ne sont pas accessibles pour le moment.',
  internal: 'Une erreur imprévue est survenue.',
};

export function wordsOf(language: Language): Words {
  return language === 'fr' ? french : english;
}
