package io.github.kqueueffm.containers;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.CertificateBuilder.Algorithm;
import io.netty.pkitesting.X509Bundle;
import javax.net.ssl.SSLException;

/** Made anew by every run. */
final class Certificates {
  static final X509Bundle SERVER = selfSigned();

  private static final String NAME = "echo.invalid";

  private Certificates() {}

  private static X509Bundle selfSigned() {
    try {
      return new CertificateBuilder()
          .algorithm(Algorithm.ecp256)
          .subject("CN=" + NAME)
          .setIsCertificateAuthority(true)
          .buildSelfSigned();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** A client's, that trusts the server and no other. */
  static SslContext client() throws SSLException {
    return SslContextBuilder.forClient()
        .trustManager(SERVER.getCertificate())
        .endpointIdentificationAlgorithm(null)
        .build();
  }
}
