/**
 * Programs that the tests run in containers: an echo server and a client for it, each on NIO or on
 * this transport by one system property.
 */
package io.github.kqueueffm.containers;
