package io.github.kqueueffm.abi;

/**
 * The version of this transport. It is in the code, because a manifest is lost where jars are made
 * into one, and cannot be read on the module path.
 */
public final class TransportVersion {
  /** The compiler copies it to where it is used, so no class is loaded for it. */
  public static final String VERSION = "0.1.0-SNAPSHOT";

  private TransportVersion() {}
}
