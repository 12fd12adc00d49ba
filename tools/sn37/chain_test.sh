#!/bin/bash
# sn37 chain over a node of the real chain, which a stand-in plays: what people
# and programs see, and that each wrong word is one line.
set -uo pipefail
sn37=$PWD/$1 node=$PWD/$2
runfiles=$PWD
failures=0

# expect STATUS PATTERN COMMAND...: the exit status, and a line of what is said
# (both streams) that matches.
expect() {
  local status=$1 pattern=$2 said got
  shift 2
  said=$("$@" 2>&1)
  got=$?
  if [[ $got != "$status" ]] || ! grep -qE -- "$pattern" <<<"$said"; then
    echo "FAILED ($got, not $status; '$pattern'): $*"
    echo "$said"
    failures=$((failures + 1))
  fi
}

# start WEIGHTS_MODE: a node, whose endpoint it sets; stop ends it.
start() {
  coproc NODE {
    cd "$runfiles" && TEST_TMPDIR=$TEST_TMPDIR "$node" 461_v15 "$1"
  }
  node_pid=$NODE_PID
  read -r endpoint <&"${NODE[0]}" || exit 1
}
stop() {
  eval "exec ${NODE[1]}>&-"
  wait "$node_pid"
}

start plain
alice=5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
bob=5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty
chain() { "$sn37" chain "$@" --endpoint "$endpoint"; }

expect 0 "0 +$alice +$alice +1000 +true" chain metagraph
expect 0 "\"hotkey\":\"$alice\"" chain metagraph --json
expect 0 '^weights_mode +plain' chain hyperparameters
expect 0 "1 +$bob" chain register $bob --suri //Bob
expect 1 'HotKeyAlreadyRegisteredInSubNet: ' chain register $bob --suri //Bob
expect 0 "$bob +[0-9]+ +hello" chain commit hello --suri //Bob --journal \
  "$TEST_TMPDIR/journal"
expect 0 "$bob +[0-9]+ +hello" chain commitments
expect 1 'SpaceLimitExceeded: ' chain commit again --suri //Bob
expect 0 '^ +1 +65535$' chain set-weights 0:0.5 1:1 --version_key 3010 \
  --suri //Alice
expect 0 '\{"uid":0,"value":32768\}' chain weights 0 --json
expect 1 'IncorrectWeightVersionKey: ' chain set-weights 0:1 1:1 --suri //Alice

expect 0 '^\[37\] +361$' chain storage SubtensorModule.Tempo 37
expect 0 "^\[37,1\] +$bob" chain storage SubtensorModule.Keys 37
expect 0 '"arguments":\[37,0\]' chain storage SubtensorModule.Keys 37 --json
expect 0 '"num_uids":2' chain call SubnetInfoRuntimeApi.get_metagraph 37
expect 1 'HotKeyAlreadyRegisteredInSubNet' chain call \
  SubtensorModule.burned_register 37 $bob --suri //Alice
expect 0 '^ +[0-9]+  0x[0-9a-f]{64}$' chain watch 1
expect 0 '"block":' chain watch 1 --json

expect 1 'SubnetNotExists' chain metagraph --netuid 9
expect 1 'block 999999 does not exist' chain metagraph --at_block 999999
expect 1 'storage.*Tmpo' chain storage SubtensorModule.Tmpo 37
expect 1 'no name with one point' chain storage Tempo
expect 1 'no call System.remrk' chain call System.remrk x --suri //Alice
expect 1 'takes remark' chain call System.remark --suri //Alice
expect 1 'no ledger' "$sn37" chain watch --ledger "$TEST_TMPDIR/none"
expect 1 'endpoint' "$sn37" chain metagraph
expect 1 'endpoint' "$sn37" chain metagraph --endpoint nonsense
expect 1 '.' "$sn37" chain metagraph --endpoint ws://127.0.0.1:1
expect 1 'the subnet.s --schedule' "$sn37" epoch --endpoint "$endpoint"
expect 1 '.' chain metagraph --genesis "0x$(printf '7%.0s' {1..64})"

stop

# The ways in which a subnet takes weights.
start timelocked
set_weights() {
  chain set-weights 0:0.5 1:1 --version_key 3010 --suri //Alice --max_age inf \
    "$@"
}
expect 0 '^weights_mode +timelocked' chain hyperparameters --max_age inf
expect 0 "1 +$bob" chain register $bob --suri //Bob --max_age inf
expect 0 '^ +202 +323 +[0-9]+ +true$' set_weights
expect 1 'CommittingWeightsTooFast: ' set_weights
stop
start commit_reveal
expect 0 "1 +$bob" chain register $bob --suri //Bob
expect 1 'name a new file for them by --hidden' set_weights
expect 0 '^ +202 +323 +[0-9]+ +false$' set_weights --hidden \
  "$TEST_TMPDIR/hidden"
expect 1 'RevealTooEarly: ' chain reveal "$TEST_TMPDIR/hidden" --suri //Alice
stop
exit $((failures > 0))
