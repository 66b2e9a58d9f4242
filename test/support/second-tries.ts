/** Prints, at the end of a run, which tests passed only on a second try and how the first one failed: each of them is a fault to look for. */
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export default class SecondTries implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const flaky = modules.flatMap(module => [...module.children.allTests('passed')]).filter(wasFlaky);
    if (flaky.length === 0) return;
    console.log(`\n${flaky.length} passed only on a second try:`);
    for (const test of flaky) console.log(`  ${test.module.moduleId} › ${test.fullName}\n    ${firstFailure(test)}`);
  }
}

const wasFlaky = (test: TestCase) => test.diagnostic()?.flaky === true;

function firstFailure(test: TestCase): string {
  const [first] = test.result().errors ?? [];
  return first === undefined
    ? 'no error was kept'
    : (first.stack ?? first.message).split('\n').slice(0, 6).join('\n    ');
}
