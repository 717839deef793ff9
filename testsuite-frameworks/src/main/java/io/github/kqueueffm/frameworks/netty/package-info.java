/**
 * Plain Netty, protocol by protocol: what differs from NIO are the handler and the channel classes.
 */
package io.github.kqueueffm.frameworks.netty;
