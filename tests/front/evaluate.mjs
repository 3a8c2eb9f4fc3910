// Evaluates expressions over the exports of the modules that the command names: a line of JSON in, a line of JSON out. A default
// export is called $default.
import { createInterface } from "node:readline";

const names = {};
for (const url of process.argv.slice(2)) {
  const { default: $default, ...exported } = await import(url);
  Object.assign(names, exported, { $default });
}
for await (const line of createInterface({ input: process.stdin })) {
  const { expression, x } = JSON.parse(line);
  let answer;
  try {
    const evaluate = new Function("x", ...Object.keys(names), `return ${expression};`);
    answer = { value: evaluate(x, ...Object.values(names)) };
  } catch (problem) {
    answer = { error: problem.stack };
  }
  console.log(JSON.stringify(answer));
}
