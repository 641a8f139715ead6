/** CPU of this process while it does the work, user and system over all its threads, microseconds. */
export function ownCpu(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
