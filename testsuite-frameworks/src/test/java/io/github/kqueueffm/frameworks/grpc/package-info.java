/** The examples for gRPC-Java, run. */
package io.github.kqueueffm.frameworks.grpc;
