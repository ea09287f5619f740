import { existsSync } from "node:fs";

/** A real part that some tests need, and the Debian packages that bring it. */
type Part = { readonly name: string; readonly file: string; readonly packages: readonly string[] };

const parts: readonly Part[] = [
  { name: "RabbitMQ", file: "/usr/lib/rabbitmq/bin/rabbitmq-server", packages: ["rabbitmq-server"] },
  { name: "Chromium", file: "/usr/bin/chromium", packages: ["chromium", "fonts-dejavu-core"] },
];

/**
 * Installs what is missing where this is Debian and we are root; gives the names of the parts that stay missing.
 * Services are kept from starting: the tests start their own on private ports and folders.
 */
export async function ensureParts(): Promise<readonly string[]> {
  const missing = parts.filter((part) => !existsSync(part.file));
  if (missing.length > 0 && process.getuid?.() === 0 && Bun.which("apt-get"))
    await install(missing.flatMap((part) => part.packages));
  return parts.filter((part) => !existsSync(part.file)).map((part) => part.name);
}

async function install(packages: readonly string[]): Promise<void> {
  console.log(`installing for the tests: ${packages.join(" ")}`);
  const policy = "/usr/sbin/policy-rc.d";
  const isOurs = !existsSync(policy);
  if (isOurs) await Bun.write(policy, "#!/bin/sh\nexit 101\n", { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    for (const args of [
      ["update", "-qq"],
      ["install", "-y", "-qq", "--no-install-recommends", ...packages],
    ]) {
      const child = Bun.spawn(["apt-get", ...args], { env, stdout: "ignore", stderr: "inherit", stdin: "ignore" });
      if ((await child.exited) !== 0) return;
    }
  } finally {
    if (isOurs) await Bun.file(policy).delete();
  }
}
