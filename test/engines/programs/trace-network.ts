/** The tracing ports of the network: radio, names, connections, datagrams. */
import type { DnsPort } from "../../../hal/ports/dns";
import type { TcpPort } from "../../../hal/ports/tcp";
import type { UdpPort } from "../../../hal/ports/udp";
import type { WifiPort } from "../../../hal/ports/wifi";
import { flag, numberOf, sayBytes } from "./trace-line";
import type { Trace, TracedDns, TracedTcp, TracedUdp, TracedWifi } from "./trace-line";

export function traceWifi(inner: WifiPort, trace: Trace): TracedWifi {
  return {
    traced: true,
    connection: () => {
      const connection = inner.connection();
      trace.say("wifi connection " + connection);
      return connection;
    },
    connect: (options) => {
      const code = inner.connect({
        ssid: options.ssid,
        password: options.password,
        onChanged: (connection, fault) => {
          trace.say("wifi onChanged " + connection + " " + fault);
          options.onChanged(connection, fault);
        },
      });
      trace.say("wifi connect " + options.ssid + " is " + code);
      return code;
    },
    disconnect: () => {
      trace.say("wifi disconnect");
      inner.disconnect();
    },
  };
}

export function traceDns(inner: DnsPort, trace: Trace): TracedDns {
  return {
    traced: true,
    resolve: (host, done) => {
      trace.say("dns resolve " + host);
      inner.resolve(host, (fault, address) => {
        trace.say("dns done " + host + " " + fault + " " + address);
        done(fault, address);
      });
    },
  };
}

export function traceTcp(inner: TcpPort, trace: Trace): TracedTcp {
  return {
    traced: true,
    tlsLevel: inner.tlsLevel,
    writeBytesMax: inner.writeBytesMax,
    connect: (options) => {
      const number = trace.tcp.length + 1;
      const name = "tcp" + number;
      const socket = inner.connect({
        address: options.address,
        port: options.port,
        tls: options.tls,
        onWritable: () => {
          trace.say(name + " onWritable");
          options.onWritable();
        },
        onReadable: (bytes) => {
          sayBytes(trace, name + " onReadable", bytes);
          options.onReadable(bytes);
        },
        onError: (fault) => {
          trace.say(name + " onError " + fault);
          options.onError(fault);
        },
      });
      trace.tcp.push(socket);
      trace.say(name + " connect " + options.address + " " + options.port + " tls " + flag(options.tls !== undefined) + " is " + flag(socket !== 0));
      return socket;
    },
    write: (socket, bytes) => {
      const code = inner.write(socket, bytes);
      sayBytes(trace, "tcp" + numberOf(trace.tcp, socket) + " write " + code, bytes);
      return code;
    },
    close: (socket) => {
      trace.say("tcp" + numberOf(trace.tcp, socket) + " close");
      inner.close(socket);
    },
  };
}

export function traceUdp(inner: UdpPort, trace: Trace): TracedUdp {
  return {
    traced: true,
    bytesMax: inner.bytesMax,
    open: (options) => {
      const name = "udp" + (trace.udp.length + 1);
      const socket = inner.open({
        port: options.port,
        onReadable: (bytes, address, port) => {
          sayBytes(trace, name + " onReadable " + address + " " + port, bytes);
          options.onReadable(bytes, address, port);
        },
        onError: (fault) => {
          trace.say(name + " onError " + fault);
          options.onError(fault);
        },
      });
      trace.udp.push(socket);
      trace.say(name + " open " + options.port + " is " + flag(socket !== 0));
      return socket;
    },
    write: (socket, bytes, address, port) => {
      const code = inner.write(socket, bytes, address, port);
      sayBytes(trace, "udp" + numberOf(trace.udp, socket) + " write " + address + " " + port + " " + code, bytes);
      return code;
    },
    close: (socket) => {
      trace.say("udp" + numberOf(trace.udp, socket) + " close");
      inner.close(socket);
    },
  };
}
