import { Parser } from 'tar';

/** A member of a tar archive. */
export interface Member {
  type: string;
  mode: number | undefined;
  uid: number | undefined;
  gid: number | undefined;
  content: Buffer;
  /** Where a link leads. */
  target: string | undefined;
}

/** The members of a tar archive, by path, in its order. */
export async function membersOf(tar: Buffer): Promise<ReadonlyMap<string, Member>> {
  const members = new Map<string, Member>();
  const parser = new Parser();
  parser.on('entry', (entry) => {
    const { type, mode, uid, gid, linkpath } = entry;
    const chunks: Buffer[] = [];
    const member: Member = { type, mode, uid, gid, target: linkpath, content: Buffer.alloc(0) };
    members.set(entry.path, member);
    entry.on('data', (chunk: Buffer) => chunks.push(chunk));
    entry.on('end', () => {
      member.content = Buffer.concat(chunks);
    });
  });
  const end = new Promise((resolve, reject) => parser.once('end', resolve).once('error', reject));
  parser.end(tar);
  await end;
  return members;
}
