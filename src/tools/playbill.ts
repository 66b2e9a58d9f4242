/** Whom a process of a vocabulary plays, as it is told to whoever goes on with that. */

/** One of the sessions of a cast, as whoever goes on with it over another connection has to know it. */
export interface Role {
  /** `own`: that of the connection; `moved`: the same where it works on another project; `standing`: one of its own in another project. */
  readonly as: 'own' | 'moved' | 'standing' | 'further';
  /** Its id; null for one that has not joined. */
  readonly session: string | null;
  readonly directory: string;
  readonly project: string | null;
  readonly isGuest: boolean;
  /** The name under which it speaks; null before it has one. */
  readonly name: string | null;
}

/** Whom a process plays. */
export interface Playbill {
  readonly instance: string | null;
  readonly roles: readonly Role[];
}
