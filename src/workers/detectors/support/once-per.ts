/**
 * Remembers what `work` made of an object for as long as the object lives. For pure functions of things that never change:
 * every detector reads the same evidence. The result is shared, so nobody may change it.
 */
export function oncePer<K extends object, V>(work: (key: K) => V): (key: K) => V {
  const results = new WeakMap<K, { value: V }>();
  return (key) => {
    const known = results.get(key) ?? { value: work(key) };
    results.set(key, known);
    return known.value;
  };
}
