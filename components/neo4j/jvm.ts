import type { VersionName } from "./version";

/**
 * JVM options of the packaged neo4j.conf, which our file replaces. Source: Operations Manual, "The neo4j.conf file",
 * identical for 5.26 and 2026.
 */
export const SHIPPED_JVM_OPTIONS: readonly string[] = [
  "-XX:+UseG1GC",
  "-XX:-OmitStackTraceInFastThrow",
  "-XX:+AlwaysPreTouch",
  "-XX:+UnlockExperimentalVMOptions",
  "-XX:+TrustFinalNonStaticFields",
  "-XX:+DisableExplicitGC",
  "-XX:-RestrictContended",
  "-Djdk.nio.maxCachedBufferSize=1024",
  "-Dio.netty.tryReflectionSetAccessible=true",
  "-Djdk.tls.ephemeralDHKeySize=2048",
  "-Djdk.tls.rejectClientInitiatedRenegotiation=true",
  "-XX:FlightRecorderOptions=stackdepth=256",
  "-XX:+UnlockDiagnosticVMOptions",
  "-XX:+DebugNonSafepoints",
  "--add-opens=java.base/java.nio=ALL-UNNAMED",
  "--add-opens=java.base/java.io=ALL-UNNAMED",
  "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
  "--enable-native-access=ALL-UNNAMED",
  "-Dlog4j2.disable.jmx=true",
  "-Dlog4j.layout.jsonTemplate.maxStringLength=32768",
];

/** Additional options of newer versions. Source: the same page of their manual. */
export const NEWER_JVM_OPTIONS: Readonly<Record<VersionName, readonly string[]>> = {
  "5.26": [],
  "2026": [
    "-Dio.netty.leakDetection.level=DISABLED",
    "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "-Dorg.neo4j.shaded.lucene9.vectorization.upperJavaFeatureVersion=25",
  ],
};
