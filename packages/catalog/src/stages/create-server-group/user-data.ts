import type { ServerGroupSpec } from '../../kit/ports/index.ts';

/** What the words in user data stand for. */
function tokensOf({ account, region, name, moniker }: ServerGroupSpec): Readonly<Record<string, string>> {
  return {
    account,
    accounttype: account,
    env: account,
    region,
    app: moniker.app,
    stack: moniker.stack ?? '',
    detail: moniker.detail ?? '',
    cluster: moniker.cluster,
    group: name,
    autogrp: name,
    launchconfig: name,
    revision: moniker.sequence === null ? '' : `v${String(moniker.sequence).padStart(3, '0')}`,
  };
}

/** User data (base64) with each `%%word%%` it knows replaced by what the word stands for. */
export function fillUserData(base64: string, spec: ServerGroupSpec): string {
  const tokens = tokensOf(spec);
  const raw = Buffer.from(base64, 'base64').toString('utf8');
  const filled = raw.replaceAll(/%%([a-z]+)%%/g, (whole, word: string) => tokens[word] ?? whole);
  return Buffer.from(filled, 'utf8').toString('base64');
}
