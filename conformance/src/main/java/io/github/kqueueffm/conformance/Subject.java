package io.github.kqueueffm.conformance;

import io.github.kqueueffm.channel.KQueueFfm;

/**
 * The system and the transport that are checked.
 *
 * @param system name, release and processor of the operating system, as Java reports them
 * @param java version and vendor of the JVM
 * @param transport platform, provider of kqueue, wakeup and library; or the reason why it is not
 *     available
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
