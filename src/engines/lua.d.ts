/** Lua scripts are loaded as their text. */
declare module '*.lua' {
  const text: string;
  export default text;
}
