import type { Break } from '../break.ts';

const scenario = 'test/scenarios/doctor-clients.test.ts';
const report = 'src/surfaces/cli/doctor/clients-report.test.ts';

export const ofDoctorClients: readonly Break[] = [
  {
    what: 'doctor runs what a repository brings only where setup wrote it',
    file: 'src/clients/proof/state.ts',
    replace: "place.scope === 'project' ? asWritten(all, client, place) : all;",
    by: 'all;',
    caughtBy: `${scenario} › runs nothing that a repository brings but what setup writes`,
  },
  {
    what: 'what doctor tries never reaches the real store',
    file: 'src/surfaces/cli/doctor/clients-delivery.ts',
    replace: '      ...places,\n',
    by: '',
    caughtBy: `${scenario} › is not led to a store that the client, or whoever started it, names`,
  },
  {
    what: 'what doctor tries in is thrown away',
    file: 'src/surfaces/cli/doctor/clients-household.ts',
    replace: '    this.remove();\n    households.delete(this);',
    by: '    households.delete(this);',
    caughtBy: `${scenario} › changes nothing, neither in the files of a client nor in the store, and leaves nothing behind`,
  },
  {
    what: 'a doctor that is broken off clears up',
    file: 'src/surfaces/cli/doctor/clients-household.ts',
    replace: 'for (const household of households) household.remove();',
    by: '',
    caughtBy: `${scenario} › leaves nothing behind when it is broken off`,
  },
  {
    what: 'a client that does not run our hooks is not called live',
    file: 'src/surfaces/cli/doctor/clients-report.ts',
    replace: '    if (obstacle) {',
    by: '    if (obstacle && report.name === "") {',
    caughtBy: `${report} › that hinders its hooks is not live, however well they work without it`,
  },
  {
    what: 'a client that was never tried is not called live',
    file: 'src/surfaces/cli/doctor/clients-report.ts',
    replace: "isLive: proof.tried !== null && delivery?.result === 'delivered'",
    by: "isLive: delivery?.result === 'delivered'",
    caughtBy: `${report} › that was never tried with the program is not said to be live`,
  },
  {
    what: 'a server that never answers is not waited for',
    file: 'src/surfaces/cli/doctor/clients-delivery.ts',
    replace: '    if (isLate) household.kill();',
    by: '',
    caughtBy: `${scenario} › does not hang at a server that never answers`,
  },
];
