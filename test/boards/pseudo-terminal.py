# A serial port that is none: a pseudo-terminal whose other side is a TCP port of this computer. Prints the terminal's path; ends with
# its standard input, or with the connection.
import os, pty, select, socket, sys, tty

board = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
ours, theirs = pty.openpty()
tty.setraw(theirs)
print(os.ttyname(theirs), flush=True)
while True:
    ready, _, _ = select.select([ours, board, sys.stdin], [], [])
    if sys.stdin in ready and not os.read(0, 1):
        break
    if ours in ready:
        board.sendall(os.read(ours, 4096))
    if board in ready:
        received = board.recv(4096)
        if not received:
            break
        os.write(ours, received)
