import { expect } from 'chai';
import { diffLines } from '../../../../../src/workers/changes/diff-lines.ts';
import { identityOfKeys } from '../../../../../src/workers/changes/harms/identity-of-keys.ts';

const harmsOf = (file: string, ...lines: string[]) => {
  const detail = lines.join('\n');
  return identityOfKeys({ ...diffLines(detail), detail, files: [file] });
};

/** A key of a cache that now tells apart who asks. */
const BY_WHO_ASKS: [who: string, file: string, diff: string[]][] = [
  [
    'user',
    'menu/cache.py',
    ['-    key = f"menu:{shop}"', '+    key = f"menu:{shop}:{request.user.id}"', '     return cache.get(key)'],
  ],
  [
    'session',
    'MenuCache.java',
    ['-    String key = "menu:" + shop;', '+    String key = "menu:" + shop + ":" + session.getId();'],
  ],
  [
    'userID',
    'cache.go',
    ['-\tkey := fmt.Sprintf("menu:%s", shop)', '+\tkey := fmt.Sprintf("menu:%s:%s", shop, userID)'],
  ],
  [
    'current_user',
    'menus.rb',
    ['-  Rails.cache.fetch(["menu", shop]) { load }', '+  Rails.cache.fetch(["menu", shop, current_user.id]) { load }'],
  ],
  ['cartId', 'menu-cache.ts', ["-  const key = 'menu:' + shop;", "+  const key = 'menu:' + shop + ':' + ctx.cartId;"]],
];

const NOT_BY_WHO_ASKS: [name: string, file: string, diff: string[]][] = [
  ['a language', 'menu/cache.py', ['-    key = f"menu:{shop}"', '+    key = f"menu:{shop}:{language}"']],
  [
    'a limit of each user',
    'limits.py',
    ['-    key = f"limit:{route}"', '+    key = f"limit:{route}:{request.user.id}"'],
  ],
  [
    'a user as before',
    'cache.go',
    [
      '-\tkey := fmt.Sprintf("basket:%s:%s", shop, userID)',
      '+\tkey := fmt.Sprintf("basket:%s:%s:%s", shop, userID, currency)',
    ],
  ],
  ['a word of the key', 'menu/cache.py', ['-    key = f"menu:{shop}"', '+    key = f"user-menu:{shop}"']],
];

describe('what keys are put together from', () => {
  for (const [who, file, diff] of BY_WHO_ASKS) {
    it(`finds nothing again of what a cache keeps for each ${who}`, () => {
      const [found] = harmsOf(file, ...diff);
      expect(found, diff.join('\n')).to.include({ isPlain: true, feltByAsked: true });
      expect(found!.why).to.include(`"${who}"`);
      expect(['cache_hit_ratio', 'cache_misses_total'].filter((sign) => !found!.shows.test(sign))).to.deep.equal([]);
    });
  }

  for (const [name, file, diff] of NOT_BY_WHO_ASKS) {
    it(`finds again what a cache keeps: ${name}`, () => {
      expect(harmsOf(file, ...diff), diff.join('\n')).to.deep.equal([]);
    });
  }
});
