package io.github.kqueueffm.frameworks.netty;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;

/** Certificates for tests. */
final class Certificates {
  static final String HOST = "localhost";

  private Certificates() {}

  /** One of the host's, signed by itself. */
  static X509Bundle ofHost() throws Exception {
    return new CertificateBuilder()
        .subject("CN=" + HOST)
        .addSanDnsName(HOST)
        .setIsCertificateAuthority(true)
        .buildSelfSigned();
  }
}
