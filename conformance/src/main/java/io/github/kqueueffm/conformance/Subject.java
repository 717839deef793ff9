package io.github.kqueueffm.conformance;

import io.github.kqueueffm.channel.KQueueFfm;

/**
 * What is looked at.
 *
 * @param system name, release and processor of the operating system, as Java tells them
 * @param java version and vendor of the JVM
 * @param transport platform, provider of kqueue, wakeup and library; or why there is none
 */
record Subject(String system, String java, String transport, boolean available) {

  static Subject current() {
    boolean available = KQueueFfm.isAvailable();
    return new Subject(
        property("os.name") + ' ' + property("os.version") + ' ' + property("os.arch"),
        property("java.version") + ' ' + property("java.vendor"),
        available
            ? KQueueFfm.description()
            : String.valueOf(KQueueFfm.unavailabilityCause().getMessage()),
        available);
  }

  private static String property(String name) {
    return System.getProperty(name, "unknown");
  }
}
