/** How deep values from outside are nested: reading JSON has no bound of its own, writing it again has that of the stack. */

/** Whether lists and objects stand in one another more than `levels` deep. Takes what JSON can hold. */
export function isNestedDeeper(value: unknown, levels: number): boolean {
  let open = [value].filter(isContainer);
  for (let depth = 1; open.length > 0; depth += 1) {
    if (depth > levels) return true;
    open = open.flatMap(each => Object.values(each).filter(isContainer));
  }
  return false;
}

function isContainer(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
