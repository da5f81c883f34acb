/** Whether data moves: `lostAt` and `heardAt` are epoch ms. */
export interface ConnectionPicture {
  readonly lostAt: number | null;
  readonly heardAt: number | null;
  readonly offline: boolean;
}

/** What the connection dot says. */
export type ConnectionWord = 'Live' | 'Reconnecting…' | 'Not live' | 'Offline';

/** Word for a picture at a moment: reconnecting from 3 s of silence, not live from 30 s. */
export function connectionWord(picture: ConnectionPicture, now: number): ConnectionWord {
  if (picture.offline) return 'Offline';
  if (picture.lostAt === null) return 'Live';
  const silent = now - picture.lostAt;
  if (silent < 3_000) return 'Live';
  return silent < 30_000 ? 'Reconnecting…' : 'Not live';
}

/** Holds what is known about the connection; calls and streams report to it, the shell reads it. */
export class Connection {
  private picture: ConnectionPicture = { lostAt: null, heardAt: null, offline: false };
  private readonly listeners = new Set<() => void>();

  readonly read = (): ConnectionPicture => this.picture;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  heard(at: number): void {
    const steady = this.picture.lostAt === null && !this.picture.offline;
    this.picture = { lostAt: null, heardAt: at, offline: false };
    if (!steady) this.tell();
  }

  lost(at: number): void {
    if (this.picture.lostAt !== null) return;
    this.picture = { ...this.picture, lostAt: at };
    this.tell();
  }

  offline(offline: boolean): void {
    this.picture = { ...this.picture, offline };
    this.tell();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

/** The connection of this page. */
export const connection = new Connection();
