/** What an SMTP server has accepted. */
export type ReceivedMail = { readonly from: string; readonly to: string; readonly data: string };

export type TestSmtp = { readonly url: string; readonly received: readonly ReceivedMail[]; stop(): void };

type Dialogue = { buffer: string; from: string; to: string; isData: boolean };

/** A small SMTP server on loopback. It accepts all mail but that to `refused@...`. */
export function startTestSmtp(): TestSmtp {
  const received: ReceivedMail[] = [];
  const server = Bun.listen<Dialogue>({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        socket.data = { buffer: "", from: "", to: "", isData: false };
        socket.write("220 test\r\n");
      },
      data(socket, chunk) {
        const dialogue = socket.data;
        dialogue.buffer += chunk.toString();
        for (let end = endOf(dialogue); end >= 0; end = endOf(dialogue)) {
          const text = dialogue.buffer.slice(0, end);
          dialogue.buffer = dialogue.buffer.slice(end + (dialogue.isData ? 5 : 2));
          socket.write(`${dialogue.isData ? keep(dialogue, text, received) : answer(dialogue, text)}\r\n`);
        }
      },
    },
  });
  return { url: `smtp://127.0.0.1:${server.port}`, received, stop: () => server.stop(true) };
}

const endOf = ({ buffer, isData }: Dialogue) => buffer.indexOf(isData ? "\r\n.\r\n" : "\r\n");

function keep(dialogue: Dialogue, data: string, received: ReceivedMail[]): string {
  dialogue.isData = false;
  received.push({ from: dialogue.from, to: dialogue.to, data: data.replaceAll("=\r\n", "").replaceAll("=3D", "=") });
  return "250 kept";
}

function answer(dialogue: Dialogue, line: string): string {
  const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
  if (/^mail from:/i.test(line)) dialogue.from = address;
  if (/^rcpt to:/i.test(line)) {
    dialogue.to = address;
    if (address.startsWith("refused@")) return "550 no such mailbox";
  }
  if (/^data/i.test(line)) {
    dialogue.isData = true;
    return "354 go on";
  }
  return /^quit/i.test(line) ? "221 bye" : "250 fine";
}
