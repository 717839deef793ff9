package io.github.kqueueffm.channel;

/** What a program sees that asks before it uses the transport; run in a separate JVM. */
final class AvailabilityProbe {
  private AvailabilityProbe() {}

  public static void main(String[] args) throws Exception {
    if (Boolean.getBoolean("probe.asks")) {
      System.out.println(
          "asked: " + KQueueFfm.isAvailable("first") + KQueueFfm.isAvailable("next"));
    }
    System.out.println("available: " + KQueueFfm.isAvailable());
    System.out.println("cause: " + KQueueFfm.unavailabilityCause());
    System.out.println("description: " + KQueueFfm.description());
    if (KQueueFfm.isAvailable()) {
      System.out.println("echo: " + LoopbackEcho.once("works"));
    } else {
      ensureFails();
      handlersFail();
    }
  }

  private static void ensureFails() {
    try {
      KQueueFfm.ensureAvailability();
    } catch (UnsatisfiedLinkError e) {
      System.out.println("ensureAvailability: " + e.getMessage());
    }
  }

  private static void handlersFail() {
    try {
      KQueueFfmIoHandler.newFactory();
    } catch (UnsatisfiedLinkError e) {
      System.out.println("newFactory: " + e.getMessage());
    }
  }
}
