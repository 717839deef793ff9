/** gRPC-Java by grpc-netty, over TCP and over a Unix domain socket. */
package io.github.kqueueffm.frameworks.grpc;
