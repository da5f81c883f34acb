import { clockText, type StatusRole, useNow } from '@gennaker/ui-kit';
import { useSyncExternalStore } from 'react';
import { type ConnectionWord, connection, connectionWord } from '../live/connection.ts';

const ROLES: Record<ConnectionWord, StatusRole> = {
  Live: 'done',
  'Reconnecting…': 'warn',
  'Not live': 'warn',
  Offline: 'fail',
};

/** Whether the screen is live, as a word and a dot. */
export function ConnectionDot() {
  const picture = useSyncExternalStore(connection.subscribe, connection.read);
  const word = connectionWord(picture, useNow());
  const title = picture.lostAt && word !== 'Live' ? `${word} since ${clockText(picture.lostAt)}` : word;
  return (
    <span className="gk-label flex items-center gap-1.5" data-role={ROLES[word]} title={title} role="status">
      <span className="dot" data-hollow={word === 'Live' ? undefined : ''} />
      {word}
    </span>
  );
}

/** The line under the top bar while data has stopped moving for half a minute. */
export function NotLiveLine() {
  const picture = useSyncExternalStore(connection.subscribe, connection.read);
  const word = connectionWord(picture, useNow());
  if (word === 'Live' || word === 'Reconnecting…') return null;
  const since = picture.lostAt ? ` since ${clockText(picture.lostAt)}` : '';
  return (
    <div className="shell-notlive" role="status">
      {word}
      {since}: what you see is the last that was heard. Trying again by itself.
    </div>
  );
}
