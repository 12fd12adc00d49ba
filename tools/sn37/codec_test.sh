#!/bin/bash
# sn37 codec as programs use it: one answer per line, and an error record where
# there is none.
set -uo pipefail
sn37=$1
metadata=chain/codec/testdata/metadata/461_v15.scale.gz
alice=5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY
alice_public=0xd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d
genesis=0x$(printf '45%.0s' {1..32})
failures=0

# expect STATUS WANTED WORDS...: what `sn37 codec WORDS` makes of the lines on
# standard input, from whole lines (standard error too) to status.
expect() {
  local status=$1 wanted=$2 said got
  shift 2
  said=$("$sn37" codec "$@" 2>&1)
  got=$?
  if [[ $got != "$status" || $said != "$wanted" ]]; then
    echo "FAILED ($got, not $status): codec $*"
    echo "wanted: $wanted"
    echo "got:    $said"
    failures=$((failures + 1))
  fi
}

expect 0 '{"id":1,"type":"Vec<(u16, u16)>","value":[[0,65535],[2,32768]]}' \
  decode --metadata $metadata \
  <<<'{"id":1,"type":"Vec<(u16, u16)>","hex":"0x080000ffff02000080"}'
expect 0 '{"id":"a","type":0,"value":"'$alice'"}' \
  decode --metadata $metadata \
  <<<'{"id":"a","type":0,"hex":"'$alice_public'"}'
expect 0 '{"hex":"0x036869","id":2,"type":"pallet_commitments::types::Data"}' \
  encode --metadata $metadata \
  <<<'{"id":2,"type":"pallet_commitments::types::Data","value":{"Raw2":"0x6869"}}'
# A line without an answer does not stop the others.
expect 1 '{"error":{"code":"INVALID_ARGUMENT","message":"value[1]: needs 2 bytes where 1 are left"},"id":3}
{"id":4,"type":"u8","value":7}' \
  decode --metadata $metadata <<'LINES'
{"id":3,"type":"Vec<u16>","hex":"0x08010002"}
{"id":4,"type":"u8","hex":"0x07"}
LINES
expect 0 '{"id":5,"key":"0x658faa385070e074c85bf6b568cf05557641384bb339f3758acddfd7053d33170100"}' \
  storage-key --metadata $metadata \
  <<<'{"id":5,"pallet":"SubtensorModule","item":"Tempo","args":[1]}'
# spec_version and tx_version are the metadata's: 461 and 1.
expect 0 '{"id":6,"payload":"0x000710deadbeef00fc0000cd01000001000000'"${genesis#0x}${genesis#0x}"'00"}' \
  extrinsic --metadata $metadata \
  <<<'{"id":6,"call":"0x000710deadbeef","nonce":63,"genesis_hash":"'$genesis'"}'
expect 0 '{"address":"'$alice'","id":7,"prefix":42,"public":"'$alice_public'"}' \
  ss58 <<<'{"id":7,"public":"'$alice_public'"}'
expect 0 '{"id":8,"uids":[2],"values":[65535]}' \
  weights <<<'{"id":8,"uids":[1,2],"weights":[0,0.5]}'
expect 1 "sn37: give the runtime's --metadata FILE" decode </dev/null
expect 1 "sn37: cannot open nowhere: No such file or directory" \
  decode --metadata nowhere </dev/null

# A development key signs; what it signed is what is shown.
signed=$("$sn37" codec extrinsic --metadata $metadata <<<'{"call":{"System":{"remark":{"remark":"0x00"}}},"nonce":0,"genesis_hash":"'$genesis'","signer":"//Alice"}')
if ! [[ $signed =~ \"extrinsic\":\"0x[0-9a-f]{4}8400${alice_public#0x}01 ]]; then
  echo "FAILED: no extrinsic of Alice's in $signed"
  failures=$((failures + 1))
fi

exit $((failures > 0))
