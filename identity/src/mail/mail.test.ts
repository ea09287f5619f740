import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { silentLogger } from "@dap/platform/log";
import { createTestIdentity, type TestIdentity } from "../test-identity";
import { startTestSmtp, type TestSmtp } from "../test-smtp";
import { createSmtpTransport, deliverDue, startMailDelivery } from "./delivery";
import { enqueueMail, listMail } from "./outbox";
import { escapeHtml, verifyEmailMail } from "./template";

let identity: TestIdentity;
let smtp: TestSmtp;

beforeAll(async () => {
  identity = await createTestIdentity();
  smtp = startTestSmtp();
}, 60_000);
afterAll(async () => {
  smtp.stop();
  await identity.close();
});

const deliveryDeps = (url = smtp.url) => ({
  db: identity.deps.db,
  sealer: identity.deps.mailSealer,
  transport: createSmtpTransport(url, "dap <no-reply@dap.example>"),
  clock: identity.deps.clock,
  log: silentLogger,
});
const content = verifyEmailMail("http://localhost:8080/x?token=abc");
const enqueue = (to: string) =>
  enqueueMail(identity.deps.db, identity.deps.mailSealer, to, content, new Date(identity.deps.clock.nowMs()));
const rowOf = async (to: string) => (await identity.admin.sql`select * from mail where to_address = ${to}`)[0];

describe("mail", () => {
  test("is handed to the SMTP server once, by whoever comes first, and then forgotten", async () => {
    await enqueue("ann@example.com");
    await Promise.all([deliverDue(deliveryDeps()), deliverDue(deliveryDeps())]);
    const received = smtp.received.filter(({ to }) => to === "ann@example.com");
    expect(received).toHaveLength(1);
    expect(received[0]?.from).toBe("no-reply@dap.example");
    expect(received[0]?.data).toContain("Subject: Confirm your email address");
    expect(received[0]?.data).toContain("http://localhost:8080/x?token");
    expect(await rowOf("ann@example.com")).toMatchObject({ content_sealed: null, sent_at: expect.any(Date) });
    await deliverDue(deliveryDeps());
    expect(smtp.received.filter(({ to }) => to === "ann@example.com")).toHaveLength(1);
  });

  test("that is refused is tried again later, and given up after eight times", async () => {
    await enqueue("refused@example.com");
    await deliverDue(deliveryDeps());
    expect(await rowOf("refused@example.com")).toMatchObject({ attempt: 1, sent_at: null, failed_at: null });
    await deliverDue(deliveryDeps());
    expect(await rowOf("refused@example.com")).toMatchObject({ attempt: 1 });
    for (let attempt = 2; attempt <= 8; attempt += 1) {
      identity.pass(86_400_000);
      await deliverDue(deliveryDeps());
    }
    expect(await rowOf("refused@example.com")).toMatchObject({
      attempt: 8,
      failed_at: expect.any(Date),
      content_sealed: null,
    });
  });

  test("whose sender died in the middle is due again after a while", async () => {
    await enqueue("late@example.com");
    const dying = { ...deliveryDeps(), transport: () => new Promise<void>(() => {}) };
    void deliverDue(dying);
    await Bun.sleep(50);
    await deliverDue(deliveryDeps());
    expect(smtp.received.filter(({ to }) => to === "late@example.com")).toHaveLength(0);
    identity.pass(6 * 60_000);
    await deliverDue(deliveryDeps());
    expect(smtp.received.filter(({ to }) => to === "late@example.com")).toHaveLength(1);
  });

  test("cannot carry another recipient or header in its address", async () => {
    await enqueue('"eve@example.com, mallory"@example.com');
    await deliverDue(deliveryDeps());
    expect(smtp.received.map(({ to }) => to)).not.toContain("eve@example.com");
  });

  test("goes out without waiting when kicked, and its delivery stops when asked to", async () => {
    const delivery = startMailDelivery(deliveryDeps());
    await Bun.sleep(50);
    await enqueue("soon@example.com");
    delivery.kick();
    for (let wait = 0; wait < 100 && !smtp.received.some(({ to }) => to === "soon@example.com"); wait += 1)
      await Bun.sleep(20);
    expect(smtp.received.some(({ to }) => to === "soon@example.com")).toBe(true);
    await delivery.stop();
  });

  test("is opened by nobody without the key of its installation", async () => {
    await enqueue("sealed@example.com");
    expect((await listMail(identity.deps.db, identity.deps.mailSealer, 100)).map(({ to }) => to)).toContain(
      "sealed@example.com",
    );
    const blind = { ...identity.deps.mailSealer, open: async () => undefined };
    expect(await listMail(identity.deps.db, blind, 100)).toEqual([]);
  });
});

describe("the mailbox page", () => {
  test("shows mail with links that work, escaped, to this machine only", async () => {
    const hostile = {
      subject: "<script>alert(1)</script>",
      text: "<img src=x onerror=alert(1)>\n\njavascript:alert(1)",
      html: "",
    };
    await enqueueMail(identity.deps.db, identity.deps.mailSealer, "x@example.com", hostile, new Date());
    await enqueue("shown@example.com");
    const page = await identity.call("GET", "/mailbox");
    expect(page.status).toBe(200);
    expect(page.text).toContain('<a href="http://localhost:8080/x?token=abc">');
    expect(page.text).toContain(escapeHtml(hostile.subject));
    expect(page.text).not.toMatch(/<script|<img|href="javascript/);
    expect(page.headers.get("content-security-policy")).toStartWith("default-src 'none'");
    expect((await identity.call("GET", "/mailbox", { headers: { "x-forwarded-for": "203.0.113.7" } })).status).toBe(
      404,
    );
    expect((await identity.call("GET", "/mailbox", { headers: { "x-forwarded-for": "127.0.0.1" } })).status).toBe(200);
  });

  test("is not there where the platform has a public address: a proxy in front makes everybody local", async () => {
    const app = identity.withSettings({ publicUrl: "https://dap.example.com" });
    expect((await app.handle(new Request("http://localhost/mailbox"))).status).toBe(404);
  });

  test("is not there where mail is sent", async () => {
    const app = identity.withSettings({ isMailboxShown: false });
    expect((await app.handle(new Request("http://localhost/mailbox"))).status).toBe(404);
  });
});
